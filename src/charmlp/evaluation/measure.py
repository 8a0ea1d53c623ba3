"""How well a model reads labelled letters."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import DataError
from charmlp.letters.letterset import LetterSet
from charmlp.metrics import Scores, score
from charmlp.recognizer import Recognizer
from charmlp.text import printable

BATCH = 4096


@dataclass(frozen=True)
class Evaluation:
    """Scores, and the logits N×K they come from, in the order of the letters."""

    scores: Scores
    logits: NDArray[Any]
    letters: LetterSet

    @property
    def accuracy(self) -> float:
        """Share of right predictions, 0 to 1."""
        return self.scores.accuracy

    def to_dict(self) -> dict[str, Any]:
        """The object that `charmlp test --format json` prints."""
        scores = self.scores
        columns = {name: getattr(scores, name).tolist() for name in ("precision", "recall", "f1", "support")}
        return {
            "accuracy": scores.accuracy,
            "n": len(self.letters),
            "loss": scores.loss,
            "macro_f1": scores.macro_f1,
            "per_class": {
                name: {column: values[i] for column, values in columns.items()}
                for i, name in enumerate(self.letters.classes)
            },
        }

    def __repr__(self) -> str:
        return f"Evaluation({self.scores!r})"


def evaluate(recognizer: Recognizer, letters: LetterSet) -> Evaluation:
    """Read every letter and compare with its label.

    Raises `DataError` where the letters' classes are not the model's, in the same order.
    """
    if letters.classes != recognizer.classes:
        raise DataError(
            f"the data has the classes {name_classes(letters.classes)}, "
            f"the model {name_classes(recognizer.classes)}: they must be the same, in the same order"
        )
    if not len(letters):
        raise DataError("there are no images to test on")
    logits = np.concatenate(
        [recognizer.logits(letters.images[start : start + BATCH]) for start in range(0, len(letters), BATCH)]
    )
    return Evaluation(score(logits, letters.labels), logits, letters)


def name_classes(classes: tuple[str, ...]) -> str:
    """The class names for a message, at most ten of them."""
    names = " ".join(printable(name) for name in classes[:10])
    return f"{names} … ({len(classes)} in all)" if len(classes) > 10 else names
