"""How letters are written: the forms of a set, and the points along their strokes.

A set is a text file of `sets/`. A line is a form: its letter, then strokes with ` / ` between them, each of
them points `x,y` in the order in which the pen comes to them: 0 is the line on which letters stand, 50 the
height of an x, 100 that of a capital, −45 the end of a descender. The pen moves along a smooth curve through
the points, and turns sharply at one with `!`. Points in brackets, before and after, lead in from the letter
before and out to the next. A letter may have many lines. Letters stand upright here, and are slanted by the
set's `slant` later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]  # N×2: x, y

FOLDER = Path(__file__).parent / "sets"
STEP = 4.0  # between two points along a stroke
_FINE = 12  # points between two of a form, before they are spaced evenly


@dataclass(frozen=True, order=True)
class StrokeSet:
    """One way of writing the alphabet, such as a school's; for splits it is what a family is among fonts."""

    family: str
    path: str

    def __str__(self) -> str:
        return self.family


class Stroke(NamedTuple):
    """What the pen writes in one go: points, and how many of them lead in and out."""

    points: Points
    entry: int
    exit: int


@dataclass(frozen=True)
class FormTable:
    """F forms of S strokes of P points.

    points  float32, P×2: x, y, about STEP apart
    starts  int64, S + 1: where each stroke begins among the points
    entry   int64, S: how many of its points lead in
    exit    int64, S: and out
    first   int64, F + 1: where each form begins among the strokes
    letter  F characters
    family  int64, F: which of the sets
    slants  float64, a slant for each set: sideways to height
    """

    points: NDArray[np.float32]
    starts: NDArray[np.int64]
    entry: NDArray[np.int64]
    exit: NDArray[np.int64]
    first: NDArray[np.int64]
    letter: tuple[str, ...]
    family: NDArray[np.int64]
    slants: NDArray[np.float64]


def stroke_sets() -> list[StrokeSet]:
    """The sets of `sets/`, by name."""
    return [StrokeSet(path.stem, str(path)) for path in sorted(FOLDER.glob("*.txt"))]


def letters_written(strokes: StrokeSet, texts: Sequence[str]) -> set[str]:
    """Those of the texts that a set has a form of."""
    return {letter for letter, _ in read_set(strokes)[1]}.intersection(texts)


def is_joined(strokes: StrokeSet) -> bool:
    """Whether its letters lead into one another, as cursive ones do."""
    return any(stroke.entry or stroke.exit for _, form in read_set(strokes)[1] for stroke in form)


@cache
def read_set(strokes: StrokeSet) -> tuple[float, tuple[tuple[str, tuple[Stroke, ...]], ...]]:
    """The slant of a set, and its forms: letter and strokes."""
    lines = Path(strokes.path).read_text(encoding="utf-8").splitlines()
    facts = [line.split(" ", 1) for line in lines if line and not line.startswith("#")]
    forms = ((name, tuple(read_stroke(stroke) for stroke in rest.split(" / "))) for name, rest in facts[1:])
    return float(facts[0][1]), tuple(forms)


def read_stroke(written: str) -> Stroke:
    """The points along a stroke.

    >>> read_stroke("[-8,0] 0,0! 0,8! 8,8").points.tolist()
    [[-8.0, 0.0], [-4.0, 0.0], [0.0, 0.0], [0.0, 4.0], [0.0, 8.0], [4.0, 8.0], [8.0, 8.0]]
    """
    entry, exit_ = len(written.partition("]")[0].split()) * written.startswith("["), 0
    if written.endswith("]"):
        exit_ = len(written.rpartition("[")[2].split())
    places = [place.strip("[]") for place in written.split()]
    points = np.array([place.rstrip("!").split(",") for place in places], float)
    corners = sorted({0, *(at for at, place in enumerate(places) if place.endswith("!")), len(places) - 1})
    pieces, lengths = [points[:1]], [0] * len(points)
    for begin, end in pairwise(corners):
        piece, counts = _spaced(points[begin : end + 1])
        lengths[begin + 1 : end + 1] = counts
        pieces.append(piece[1:])
    return Stroke(np.concatenate(pieces), sum(lengths[: entry + 1]), sum(lengths[len(points) - exit_ :]))


def _spaced(points: Points) -> tuple[Points, list[int]]:
    """Points about STEP apart on the curve through the given ones, and how many come with each of those."""
    curve = _curve(points)
    along = np.append(0, np.cumsum(np.hypot(*np.diff(curve, axis=0).T)))
    places = np.linspace(0, along[-1], max(1, round(along[-1] / STEP)) + 1)
    spaced = np.stack([np.interp(places, along, curve[:, axis]) for axis in range(2)], axis=1)
    passed = np.searchsorted(places, along[_FINE::_FINE] - 1e-9)
    return spaced, np.diff(passed, prepend=0).tolist()


def _curve(points: Points) -> Points:
    """Centripetal Catmull-Rom curve: it passes through every point, and makes no loop of its own.

    Between points p1 and p2, with p0 before and p3 behind them and knots whose distances are √|p − q|, linear
    interpolations are taken of neighbours, thrice (Barry and Goldman's pyramid).
    """
    ends = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    p = np.concatenate([ends[:1], points, ends[1:]])
    knots = np.append(0, np.cumsum(np.maximum(np.hypot(*np.diff(p, axis=0).T) ** 0.5, 1e-6)))
    at = np.arange(len(points) - 1)
    t = (knots[at + 1] + np.linspace(0, 1, _FINE, endpoint=False)[:, None] * (knots[at + 2] - knots[at + 1]))[
        ..., None
    ]

    def between(low: Points, high: Points, first: int, last: int) -> Points:
        start, stop = knots[at + first][:, None], knots[at + last][:, None]
        return low + (high - low) * (t - start) / (stop - start)

    one, two, three = (between(p[at + step], p[at + step + 1], step, step + 1) for step in range(3))
    curve = between(between(one, two, 0, 2), between(two, three, 1, 3), 1, 2)
    return np.concatenate([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1:]])


@lru_cache(maxsize=8)
def form_table(sets: tuple[StrokeSet, ...]) -> FormTable:
    """All forms of the sets, in one table."""
    slants, forms = zip(*map(read_set, sets), strict=True)
    strokes = [stroke for own in forms for _, form in own for stroke in form]
    return FormTable(
        points=np.concatenate([stroke.points for stroke in strokes]).astype(np.float32),
        starts=np.cumsum([0, *(len(stroke.points) for stroke in strokes)]),
        entry=np.array([stroke.entry for stroke in strokes]),
        exit=np.array([stroke.exit for stroke in strokes]),
        first=np.cumsum([0, *(len(form) for own in forms for _, form in own)]),
        letter=tuple(letter for own in forms for letter, _ in own),
        family=np.repeat(np.arange(len(sets)), [len(own) for own in forms]),
        slants=np.array(slants),
    )
