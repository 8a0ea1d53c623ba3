"""Pictures that lie together in one file, whatever the file is: their pixels, and what their numbers mean."""

import math
import re
import string
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp.data.readers.entries import Entries, Picture, fault_of_label
from charmlp.errors import DataError
from charmlp.letters.names import Names
from charmlp.text import printable, quote

MOST_BYTES = 2**30  # of one file's pixels; EMNIST's largest has 0.55 of it
_PIECE = 4096  # pictures whose values are changed at a time
_DIGITS = 10  # numbers below may well be meant as digits


class PixelEntries(Entries):
    """The images of one split in one file: entry 7 is named `STEM/000007`.

    load   returns their pixels, uint8 N×H×W or N×H×W×3; called each time they are decoded
    paths  the files that hold pixels and labels
    """

    def __init__(
        self,
        where: str,
        stem: str,
        labels: Sequence[str],
        load: Callable[[], NDArray[np.uint8]],
        *notes: str,
    ) -> None:
        super().__init__(where)
        self.notes += filter(None, notes)
        self.names = Names(f"{stem}/{index:06}" for index in range(len(labels)))
        self.labels = list(labels)
        self.load = load
        self.paths = [where]
        named: dict[str, str] = {}
        for label, name in zip(self.labels, self.names, strict=True):
            named.setdefault(label, name)  # each by its first picture
        for label, name in named.items():
            if fault := fault_of_label(label):
                self.problems.add(f"{quote(name)}: {fault}")

    @property
    def pictures(self) -> Callable[[Sequence[str]], Iterable[Picture]]:
        return partial(_pictures_in, self.load)

    @property
    def files(self) -> Callable[[Sequence[str]], Iterable[str]]:
        paths = self.paths
        return lambda names: paths


def _pictures_in(load: Callable[[], NDArray[np.uint8]], names: Sequence[str]) -> Iterable[Image.Image]:
    """The pictures of some of the names; their pixels are in memory until the last one is taken."""
    pixels = load()
    return (Image.fromarray(pixels[int(name.rpartition("/")[2])]) for name in names)


def square(count: int) -> tuple[int, ...] | None:
    """The shape of a picture with so many values: side×side, side×side×3 in colour, or None."""
    for shape in ((), (3,)):
        side = math.isqrt(count // math.prod(shape))
        if side * side * math.prod(shape) == count:
            return (side, side, *shape)
    return None


def as_bytes(values: NDArray[Any], where: str) -> tuple[NDArray[np.uint8], str]:
    """N pictures of numbers from 0 to 255, or from 0 to 1, as uint8; and what was assumed, in words."""
    low, high = float(values.min()), float(values.max())
    if not 0 <= low <= high <= 255:  # nor nan
        raise DataError(
            f"{printable(where)}: has values from {low:g} to {high:g}; 0 to 255 is expected, or 0 to 1"
        )
    scale = 255 if 0 < high <= 1 else 1
    if values.dtype == np.uint8 and scale == 1:
        return values.view(np.uint8), ""
    made = np.empty(values.shape, np.uint8)
    for start in range(0, len(values), _PIECE):
        made[start : start + _PIECE] = np.rint(values[start : start + _PIECE] * np.float32(scale))
    return made, "values 0 to 1 are read as black to white" if scale != 1 else ""


def name_numbers(parts: Sequence[PixelEntries], given: Sequence[str] | None) -> None:
    """Give labels that are numbers the names of classes, where it is clear which: `given`, or A–Z.

    It is where they are places among the classes, counted from 0, which occurs, or from 1 to the last, which
    occurs, and not all could be digits. `Entries.notes` say what was assumed.
    """
    labels = {label for entries in parts for label in entries.labels}
    names = given or string.ascii_uppercase
    if labels <= set(names) or not all(re.fullmatch("[0-9]{1,5}", label) for label in labels):
        return
    numbers = set(map(int, labels))
    first = 0 if 0 in numbers else 1
    last = first + len(names) - 1
    if (first == 1 and last not in numbers) or not _DIGITS <= max(numbers) <= last:
        return
    for entries in parts:
        entries.labels = [names[int(label) - first] for label in entries.labels]
        entries.notes.append(
            f"labels {first} to {last} read as {printable(names[0])} to {printable(names[-1])}"
        )
