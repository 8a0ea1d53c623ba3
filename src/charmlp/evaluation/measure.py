"""How well a model reads labelled letters."""

from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.data import open_source
from charmlp.data.layouts import DEFAULT_SEED
from charmlp.errors import DataError
from charmlp.letters.confusable import confusable_groups
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.metrics import (
    Answered,
    Calibration,
    Coverage,
    Scores,
    calibrate,
    measure_coverage,
    score,
    top_accuracy,
    wilson,
)
from charmlp.metrics.strangers import Strangers
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer
from charmlp.text import printable

Array = NDArray[Any]

BATCH = 4096


TOP = 3  # guesses among which a class is looked for
TARGETS = (0.9, 0.95, 0.99)  # accuracies for which a threshold is looked for
MOST_SHOWN = 10  # pairs and images that are named
COLUMNS = ("file", "truth", "prediction", "probability")


class CountedAsOne(NamedTuple):
    """How well letters are read by somebody who does not ask for what cannot be seen.

    groups    the classes that are one picture when cut out, such as O, 0 and o (`charmlp.letters.confusable`)
    accuracy  share of predictions that are of the label's group, or right
    interval  of that, 95 % (Wilson)
    """

    groups: list[tuple[str, ...]]
    accuracy: float
    interval: tuple[float, float]

    @property
    def words(self) -> str:
        """The groups for people: `0O Cc`."""
        return " ".join(map("".join, self.groups))

    def together(self, label: str, prediction: str) -> bool:
        """Whether two classes are in one group."""
        return any(label in group and prediction in group for group in self.groups)


@dataclass(frozen=True)
class Evaluation:
    """How a model reads N letters of K classes; all arrays are in the order of the letters.

    scores       of the probabilities below
    logits       z, N×K, as the network gives them
    temperature  T of the model: its probabilities are softmax(z/T)
    strangers    how many look like nothing that it was trained with; `None` where its file does not say
    """

    scores: Scores
    logits: Array
    letters: LetterSet
    temperature: float = 1.0
    strangers: Strangers | None = None

    @property
    def accuracy(self) -> float:
        """Share of right predictions, 0 to 1."""
        return self.scores.accuracy

    @property
    def interval(self) -> tuple[float, float]:
        """Of the accuracy, 95 % (Wilson)."""
        return self.scores.interval

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, in the order of the logits."""
        return self.letters.classes

    @cached_property
    def top3(self) -> float:
        """Share of the letters whose class is among the first three guesses."""
        return top_accuracy(self.logits, self.letters.labels, TOP)

    @cached_property
    def probabilities(self) -> Array:
        """What `predict` says of each class, N×K."""
        return calculus.softmax(self._scaled)

    @cached_property
    def predictions(self) -> Array:
        """The number of the most probable class, N."""
        return self.logits.argmax(axis=1)

    @cached_property
    def confidences(self) -> Array:
        """The probability of the most probable class, N."""
        return self.probabilities.max(axis=1)

    @cached_property
    def losses(self) -> Array:
        """−log of the label's probability, nats, N."""
        return -calculus.log_softmax(self._scaled)[np.arange(len(self.letters)), self.letters.labels]

    @property
    def _scaled(self) -> Array:
        return self.logits.astype(np.float64) / self.temperature

    @cached_property
    def is_right(self) -> Array:
        """Whether the most probable class is the label's, N."""
        return self.predictions == self.letters.labels

    @cached_property
    def errors(self) -> Array:
        """Numbers of the misread letters, the largest loss first."""
        wrong = np.flatnonzero(~self.is_right)
        return wrong[np.argsort(-self.losses[wrong], kind="stable")]

    @property
    def pairs(self) -> list[tuple[str, str, int]]:
        """What is mistaken for what, the most frequent first: label, prediction, number of letters."""
        return [(self.classes[a], self.classes[b], count) for a, b, count in self.scores.confusions]

    @cached_property
    def counted_as_one(self) -> CountedAsOne | None:
        """The accuracy with confusable classes counted as one; None where there are no two such classes."""
        groups = confusable_groups(self.classes)
        if not groups:
            return None
        group_of = np.arange(len(self.classes))
        for group in groups:
            members = [self.classes.index(name) for name in group]
            group_of[members] = members[0]
        right = group_of[self.predictions] == group_of[self.letters.labels]
        return CountedAsOne(groups, float(right.mean()), wilson(int(right.sum()), len(right)))

    @cached_property
    def calibration(self) -> Calibration:
        """Whether the probabilities of the answers are the shares of them that are right."""
        return calibrate(self.confidences, self.is_right)

    @cached_property
    def coverage(self) -> Coverage:
        """How many letters are answered, and how many rightly, with each threshold of `predict --reject`."""
        return measure_coverage(self.confidences, self.is_right)

    def to_dict(self) -> dict[str, Any]:
        """The object that `charmlp test --format json` prints (docs/evaluation.md)."""
        scores, calibration, worst = self.scores, self.calibration, self.errors[:MOST_SHOWN]
        columns = {name: getattr(scores, name).tolist() for name in ("precision", "recall", "f1", "support")}
        return {
            "accuracy": scores.accuracy,
            "interval": list(self.interval),
            "n": len(self.letters),
            "loss": scores.loss,
            "top3": self.top3,
            "macro_f1": scores.macro_f1,
            "counted_as_one": self.counted_as_one and self.counted_as_one._asdict(),
            "temperature": self.temperature,
            "unfamiliar": None if self.strangers is None else self.strangers.odd / self.strangers.count,
            "ece": calibration.error,
            "ece_by_chance": calibration.by_chance,
            "ece_by_chance_95": calibration.by_chance_95,
            "calibration": [bin._asdict() for bin in calibration.bins],
            "coverage": [{"target": a, **_spell(self.coverage.reaching(a))} for a in TARGETS],
            "pairs": [
                {"truth": truth, "prediction": prediction, "count": count}
                for truth, prediction, count in self.pairs[:MOST_SHOWN]
            ],
            "worst": [
                dict(zip((*COLUMNS, "loss"), (*row, loss), strict=True))
                for row, loss in zip(self.rows(worst), self.losses[worst].tolist(), strict=True)
            ],
            "per_class": {
                name: {column: values[i] for column, values in columns.items()}
                for i, name in enumerate(self.classes)
            },
        }

    def rows(self, numbers: Array) -> list[tuple[str, str, str, float]]:
        """File, label, prediction and the prediction's probability of some letters."""
        names, labels = self.letters.names, self.letters.labels
        return [
            (names[n], self.classes[labels[n]], self.classes[self.predictions[n]], float(self.confidences[n]))
            for n in numbers
        ]

    def __repr__(self) -> str:
        return f"Evaluation({self.scores!r})"

    def _repr_html_(self) -> str:
        from charmlp.evaluation.showing import evaluation_as_html

        return evaluation_as_html(self)


def _spell(answered: Answered | None) -> dict[str, float | None]:
    facts = ("reject", "coverage", "accuracy")
    return {name: None if answered is None else getattr(answered, name) for name in facts}


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
        data = open_source(data, classes=model.classes, whole="test", seed=seed_of(model.model))
    norm_size, view = model.model.norm_size, model.model.view
    return _evaluate(model, data.load(choose_split(data, split), norm_size, view=view, skip_bad=skip_bad))


def seed_of(model: Model) -> int:
    """The seed by which training held out validation letters, so that they are the same ones again."""
    seed = model.provenance.get("seed")
    return seed if type(seed) is int and seed >= 0 else DEFAULT_SEED


def choose_split(source: Source, wanted: str | None = None) -> str:
    """The wanted split, or the test split, or where there is none the validation split."""
    for split in (wanted,) if wanted else ("test", "val"):
        if source.splits.get(split):
            return split
    there = ", ".join(name for name, n in source.splits.items() if n)
    raise DataError(f"{source.describe()}: no {wanted or 'test or val'} images; --split can be {there}")


def _evaluate(recognizer: Recognizer, letters: LetterSet) -> Evaluation:
    check_classes(letters.classes, recognizer.classes)
    if not len(letters):
        raise DataError("there are no images to test on")
    batches = [slice(start, start + BATCH) for start in range(0, len(letters), BATCH)]
    logits = np.concatenate([recognizer.logits(letters.images[batch]) for batch in batches])
    temperature = recognizer.model.temperature
    scores = score(logits.astype(np.float64) / temperature, letters.labels)
    return Evaluation(scores, logits, letters, temperature, _strangers(recognizer, letters, logits, batches))


def _strangers(
    recognizer: Recognizer, letters: LetterSet, logits: Array, batches: list[slice]
) -> Strangers | None:
    """Those among the letters, which are read in batches; None where the model's file does not tell."""
    if recognizer.model.familiarity is None:
        return None
    strangers = Strangers(recognizer.model.familiarity)
    found = [recognizer.strangeness(letters.images[batch], logits[batch]) for batch in batches]
    values = [value for part in found if part is not None for value in part.tolist()]
    for name, value in zip(letters.names, values, strict=True):
        strangers.add(name, value)
    return strangers


def check_classes(found: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """Raise `DataError` where data has other classes than the model."""
    if found != expected:
        raise DataError(
            f"the data has the classes {name_classes(found)}, "
            f"the model {name_classes(expected)}: they must be the same, in the same order"
        )


def name_classes(classes: tuple[str, ...]) -> str:
    """The class names for a message, at most ten of them."""
    names = " ".join(printable(name) for name in classes[:10])
    return f"{names} … ({len(classes)} in all)" if len(classes) > 10 else names
