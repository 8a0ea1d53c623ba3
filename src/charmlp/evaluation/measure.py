"""How well a model reads labelled letters."""

from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.data import open_source
from charmlp.errors import DataError
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.metrics import Scores, score
from charmlp.modelfile import Model
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

    def _repr_html_(self) -> str:
        from charmlp.evaluation.showing import evaluation_as_html

        return evaluation_as_html(self.scores, self.logits, self.letters)


def evaluate(
    model: Recognizer | Model | str | PathLike[str],
    data: LetterSet | Source | str | PathLike[str],
    *,
    split: str | None = None,
    skip_bad: bool = False,
) -> Evaluation:
    """Read every letter and compare with its label.

    model     a recognizer, a model, a model file, or a run folder
    data      letters; or what `train` takes as data, of which the test images are read, or where there are
              none the validation images; of one list, all
    split     instead: 'train', 'val' or 'test'
    skip_bad  go on without images that cannot be read

    Raises `CharmlpError` where one of the two cannot be read, or the letters' classes are not the model's, in
    the same order.
    """
    if not isinstance(model, Recognizer):
        model = Recognizer(model) if isinstance(model, Model) else Recognizer.load(model)
    if isinstance(data, LetterSet):
        return _evaluate(model, data)
    if not isinstance(data, Source):
        data = open_source(data, classes=model.classes, whole="test")
    norm_size, view = model.model.norm_size, model.model.view
    return _evaluate(model, data.load(choose_split(data, split), norm_size, view=view, skip_bad=skip_bad))


def choose_split(source: Source, wanted: str | None = None) -> str:
    """The wanted split, or the test split, or where there is none the validation split."""
    for split in (wanted,) if wanted else ("test", "val"):
        if source.splits.get(split):
            return split
    there = ", ".join(name for name, n in source.splits.items() if n)
    raise DataError(f"{source.describe()}: no {wanted or 'test or val'} images; --split can be {there}")


def _evaluate(recognizer: Recognizer, letters: LetterSet) -> Evaluation:
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
