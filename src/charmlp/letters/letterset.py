"""The one thing that every data source becomes: grey images, packed, with labels and names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.letters.names import Names
from charmlp.text import SHOWN


def spell_out(what: str, reasons: Sequence[str], count: int | None = None) -> str:
    """`what`, with the first five of its `count` reasons (default: as many as are given).

    >>> spell_out("7 problems", "abcdefg")
    '7 problems, the first 5: a; b; c; d; e'
    """
    some = f", the first {SHOWN}" if (count or len(reasons)) > SHOWN else ""
    return f"{what}{some}: " + "; ".join(reasons[:SHOWN])


def spell_left_out(reasons: Sequence[str]) -> str:
    """One line about what lies in a folder and is not read, and why."""
    return spell_out(f"left out in {len(reasons):,} places" if len(reasons) > 1 else "left out", reasons)


@dataclass(frozen=True)
class LetterSet:
    """N grey images of one size with their labels.

    images   uint8, N×H×W, 0 is black
    labels   int64, N; an index into `classes`
    classes  the class names, in the order of the model's outputs
    names    N names for messages and tables (a file's path as its list writes it)
    skipped  one line for each image that was left out because it cannot be read
    notes    what a user should know about others, one line each
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    names: Sequence[str]
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.images.ndim != 3 or self.images.dtype != np.uint8:
            raise ValueError(f"images must be uint8 N×H×W, not {self.images.dtype} {self.images.shape}")
        if not len(self.images) == len(self.labels) == len(self.names):
            raise ValueError(
                f"{len(self.images)} images, {len(self.labels)} labels and {len(self.names)} names"
            )

    def take(self, numbers: NDArray[np.integer[Any]]) -> "LetterSet":
        """Some of the letters, in that order."""
        names = Names(self.names[number] for number in numbers)
        return replace(self, images=self.images[numbers], labels=self.labels[numbers], names=names)

    def spread(self, most: int) -> NDArray[np.integer[Any]]:
        """Numbers of at most so many letters, spread evenly over the set."""
        return np.unique(np.linspace(0, len(self) - 1, min(most, len(self))).astype(int))

    def remarks(self, what: str) -> list[str]:
        """One line about the `what` ("training") images that were left out, if there are any; the notes."""
        if not self.skipped:
            return list(self.notes)
        total = len(self) + len(self.skipped)
        left_out = spell_out(f"left out {len(self.skipped):,} of {total:,} {what} images", self.skipped)
        return [left_out, *self.notes]

    def __len__(self) -> int:
        return len(self.images)

    def __repr__(self) -> str:
        height, width = self.images.shape[1:]
        return f"LetterSet({len(self):,} images of {height}×{width} in {len(self.classes)} classes)"
