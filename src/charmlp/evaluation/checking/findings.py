"""What can be found in a data set, thing by thing."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.evaluation.suspects import Suspects
from charmlp.letters.balance import Remark
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.text import SHOWN


@dataclass(frozen=True)
class Letter:
    """An image by its name, split and label."""

    file: str
    split: str
    label: str


@dataclass(frozen=True)
class Unreadable:
    """An image that cannot be read, and why."""

    file: str
    split: str
    reason: str


@dataclass(frozen=True)
class Duplicates:
    """Near-twins in one split; with `same`, all of them have the very same pixels."""

    letters: tuple[Letter, ...]
    same: bool

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(letter.label for letter in self.letters))


@dataclass(frozen=True)
class Leak:
    """A letter of one split and the near-twin most like it of an earlier split."""

    earlier: Letter
    later: Letter
    likeness: float
    same: bool


@dataclass(frozen=True)
class Suspect:
    """A letter whose label looks wrong: what it is read as, how likely that is and how likely the label."""

    letter: Letter
    guess: str
    probability: float
    confidence: float


@dataclass(frozen=True)
class Sizes:
    """Width and height, in pixels, of the images of a split that were looked at."""

    smallest: tuple[int, int]
    median: tuple[int, int]
    largest: tuple[int, int]
    looked_at: int


@dataclass(frozen=True)
class Check:
    """What was found.

    source      which data, and what lies there unread
    letters     what can be read of each split
    suspects    None where labels were not judged; `judged` says how it went
    remarks     all of it in words, what makes training fail first
    """

    source: Source
    letters: dict[str, LetterSet]
    sizes: dict[str, Sizes]
    unreadable: tuple[Unreadable, ...]
    blank: tuple[Letter, ...]
    small: tuple[Letter, ...]
    duplicates: tuple[Duplicates, ...]
    leaks: tuple[Leak, ...]
    suspects: tuple[Suspect, ...]
    judged: Suspects | None
    remarks: tuple[Remark, ...]

    @property
    def trains(self) -> bool:
        """Whether training would work."""
        return not any(remark.fatal for remark in self.remarks)

    def counts(self) -> dict[str, dict[str, int]]:
        """Images that can be read by class, and in it by split."""
        each = {
            split: np.bincount(letters.labels, minlength=len(letters.classes)).tolist()
            for split, letters in self.letters.items()
        }
        return {
            name: {split: numbers[at] for split, numbers in each.items()}
            for at, name in enumerate(self.source.classes)
        }

    def to_dict(self) -> dict[str, Any]:
        """The object that `charmlp check --format json` prints."""
        return {
            "n": sum(self.source.splits.values()),
            "trains": self.trains,
            "data": self.source.describe(),
            "classes": self.counts(),
            "splits": self.source.splits,
            "sizes": {split: dataclasses.asdict(sizes) for split, sizes in self.sizes.items()},
            "unreadable": [each.file for each in self.unreadable],
            "blank": [each.file for each in self.blank],
            "small": [each.file for each in self.small],
            "left_out": list(self.source.left_out),
            "duplicates": [
                {
                    "split": each.letters[0].split,
                    "files": [letter.file for letter in each.letters],
                    "labels": [letter.label for letter in each.letters],
                    "same": each.same,
                }
                for each in self.duplicates
            ],
            "leaks": [
                {
                    each.earlier.split: each.earlier.file,
                    each.later.split: each.later.file,
                    "labels": [each.earlier.label, each.later.label],
                    "likeness": round(each.likeness, 4),
                    "same": each.same,
                }
                for each in self.leaks
            ],
            "suspects": [
                {
                    "file": each.letter.file,
                    "split": each.letter.split,
                    "label": each.letter.label,
                    "guess": each.guess,
                    "probability": round(each.probability, 4),
                    "label_probability": round(each.confidence, 4),
                }
                for each in self.suspects
            ],
            "wrong_labels_expected": None if self.judged is None else round(self.judged.expected, 1),
            "problems": [each.line(SHOWN if each.key else len(each.names)) for each in self.remarks],
        }

    def __repr__(self) -> str:
        return f"Check({self.source.describe()}; {len(self.remarks)} remarks, trains: {self.trains})"
