"""Where letters come from: opened and checked, known by name and label, and decoded when asked for."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeAlias

from charmlp.config import DEFAULT_VIEW, View
from charmlp.errors import DataError
from charmlp.letters.letterset import LetterSet, spell_left_out
from charmlp.letters.splits import SPLITS
from charmlp.text import printable

Progress: TypeAlias = Callable[[int, int], None]  # takes how many are done, and how many there are


class Source(ABC):
    """Letters in up to three splits, opened and checked but not yet decoded.

    classes   the class names, in the order of the model's outputs
    layout    where the letters come from, for people: "lists in scene-letters/"
    notes     what a user should know before training, one line each
    left_out  what lies there and is not read, and why, one line each
    """

    classes: tuple[str, ...]
    layout: str
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    @abstractmethod
    def splits(self) -> dict[str, int]:
        """Number of images of each split there is: 'train', 'val', 'test', in this order."""

    @property
    def only(self) -> tuple[tuple[int, int], View] | None:
        """The size, and what is seen of a picture, in which alone the letters are there; None: in any."""
        return None

    def verify(self) -> None:  # noqa: B027  # most have nothing to do
        """Raise DataError where what lies there decoded is damaged, at which loading does not look."""

    def load(
        self,
        split: str,
        norm_size: tuple[int, int],
        *,
        view: View = DEFAULT_VIEW,
        skip_bad: bool = False,
        progress: Progress | None = None,
    ) -> LetterSet:
        """Decode one split to grey images of `norm_size` (height, width), in the order of its list.

        view       what of a picture is seen; rendered letters are seen as they are
        skip_bad   leave unreadable images out (`LetterSet.skipped` says which) instead of stopping
        progress   called with (images done, images in all) at the beginning, now and then, and at the end,
                   from the calling thread

        Raises DataError where there is no such split, or naming the images that cannot be read.
        """
        if split not in self.splits:
            there = " and ".join(SPLITS[name] for name in self.splits)
            raise DataError(
                f"no {SPLITS.get(split, split)} images, only {there} images: {printable(self.layout)}"
            )
        progress, count = progress or (lambda done, total: None), self.splits[split]
        progress(0, count)
        letters = self._load(split, norm_size, view, skip_bad, progress)
        progress(count, count)  # also where nothing was decoded, since it is kept from an earlier run
        return letters

    @abstractmethod
    def _load(
        self, split: str, norm_size: tuple[int, int], view: View, skip_bad: bool, progress: Progress | None
    ) -> LetterSet:
        """Decode a split that is there."""

    @abstractmethod
    def identity(self) -> str:
        """Sixteen hexadecimal digits that stand for this data in a model's provenance."""

    def describe(self) -> str:
        """One line: `1,200 training, 400 validation images in 26 classes, lists in scene-letters/`."""
        counts = ", ".join(f"{count:,} {SPLITS[split]}" for split, count in self.splits.items())
        counts += " image" if sum(self.splits.values()) == 1 else " images"
        return f"{counts} in {len(self.classes)} classes, {printable(self.layout)}"

    def remarks(self) -> list[str]:
        """The notes, and one line about all that is left out; control characters are escaped."""
        left_out = [spell_left_out(self.left_out)] if self.left_out else []
        return [printable(line) for line in (*self.notes, *left_out)]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.describe()})"
