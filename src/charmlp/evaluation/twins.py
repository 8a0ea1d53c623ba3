"""Near-twins: pictures so much alike that whoever has seen one knows the other.

    thumbnail   the picture made 16×16 by means over areas, minus its mean, divided by its Euclidean norm
    likeness    of two pictures: the scalar product of their thumbnails, which is Pearson's correlation of
                their pixels, −1 to 1
    near-twins  two pictures whose likeness is at least 0.98

A copy that was stored again, made larger or smaller, brighter or a little noisy is a near-twin, and so are
most letters of one sign. One that was shifted or cropped by more than some 2 % of its side is not, nor is a
negative. A blank picture is like nothing. Why 0.98: docs/check.md.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charmlp.images import are_blank
from charmlp.system.threads import each

SIDE = 16
LIKE = 0.98
ROWS, COLUMNS = 1024, 2048  # of likenesses that a core has at a time: 8 MB
TOGETHER = 4096  # pictures that are made thumbnails at a time

Images = NDArray[np.uint8]


@dataclass(frozen=True)
class Twins:
    """For each of N pictures the one among others that is most like it.

    index     int64, N: its number; −1 where it is no near-twin
    likeness  float32, N; also where it is none
    """

    index: NDArray[np.int64]
    likeness: NDArray[np.float32]

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which of the N have a near-twin."""
        found: NDArray[np.bool_] = self.index >= 0
        return found

    def __repr__(self) -> str:
        return f"Twins({self.there.sum():,} of {len(self.index):,})"


def thumbnails(images: Images) -> NDArray[np.float32]:
    """The thumbnails of grey pictures N×H×W as rows, N×256; zeros for a blank one."""
    count, height, width = images.shape
    down, across = areas(height), areas(width).T
    found = np.empty((count, SIDE * SIDE), np.float32)
    for first in range(0, count, TOGETHER):
        some = images[first : first + TOGETHER]
        pixels = (down @ some.astype(np.float32) @ across).reshape(len(some), -1)
        pixels -= pixels.mean(axis=1, keepdims=True)
        norms = np.sqrt((pixels * pixels).sum(axis=1, keepdims=True))
        pixels /= np.maximum(norms, 1e-6)
        pixels[are_blank(some)] = 0
        found[first : first + len(some)] = pixels
    return found


def areas(side: int) -> NDArray[np.float32]:
    """16×side: how much of each of 16 equal parts lies in each pixel; every row sums to 1."""
    ends = np.linspace(0, side, SIDE + 1)
    pixels = np.arange(side)
    overlap = np.minimum(ends[1:, None], pixels + 1) - np.maximum(ends[:-1, None], pixels)
    return (np.maximum(overlap, 0) * (SIDE / side)).astype(np.float32)


def twins_between(training: Images, test: Images, threshold: float = LIKE) -> Twins:
    """For each of the pictures `test`, N×H×W, the most alike of `training`, M×H×W of any size.

    Of several that are equally alike, the first. Time is that of N·M·512 operations, on all cores.
    """
    others, own = thumbnails(training), thumbnails(test)
    index = np.full(len(own), -1, np.int64)
    likeness = np.full(len(own), -1, np.float32)

    def look(first: int) -> None:
        rows = slice(first, first + ROWS)
        for start in range(0, len(others), COLUMNS):
            alike = own[rows] @ others[start : start + COLUMNS].T
            best = alike.argmax(axis=1)
            height = alike[np.arange(len(best)), best]
            better = height > likeness[rows]
            index[rows][better] = start + best[better]
            likeness[rows][better] = height[better]

    if len(own) and len(others):
        each(look, range(0, len(own), ROWS))
    index[likeness < threshold] = -1
    return Twins(index, likeness)


def same_pixels(images: Images) -> NDArray[np.int64]:
    """For each of N pictures the number of the first one that has the same pixels, maybe itself."""
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(image.tobytes(), number) for number, image in enumerate(images)], int)


def twin_groups(images: Images, threshold: float = LIKE) -> NDArray[np.int64]:
    """For each of N pictures the number of the first one in its group: itself, where it has no near-twin.

    Near-twins are in one group, and so are near-twins of near-twins. Time is that of N²·256 operations, on
    all cores, memory that of the thumbnails.
    """
    same = same_pixels(images)
    different = np.flatnonzero(same == np.arange(len(images)))
    own = thumbnails(images[different])
    heads, one_at_a_time = np.arange(len(own)), threading.Lock()

    def look(first: int) -> None:
        for start in range(first, len(own), COLUMNS):
            those, others = slice(first, first + ROWS), slice(start, start + COLUMNS)
            if np.ptp(heads[those]) == 0 == np.ptp(heads[others]) and heads[first] == heads[start]:
                continue  # one group already
            rows, columns = np.nonzero(own[those] @ own[others].T >= threshold)
            with one_at_a_time:
                unite(heads, first + rows, start + columns)

    if len(own):
        each(look, range(0, len(own), ROWS))
    place = np.searchsorted(different, same)  # among the different ones
    return different[heads[place]]


def unite(heads: NDArray[np.int64], first: NDArray[np.int64], second: NDArray[np.int64]) -> None:
    """Put each pair into one group: `heads` gives for each thing the smallest number of its group."""
    while True:
        one, other = heads[first], heads[second]
        apart = one != other
        if not apart.any():
            return
        first, second, one, other = first[apart], second[apart], one[apart], other[apart]
        np.minimum.at(heads, np.maximum(one, other), np.minimum(one, other))
        while (heads != (further := heads[heads])).any():
            heads[:] = further
