"""Losses of overlap: Dice, 1 − 2 Σ p t / (Σ p + Σ t), and Tversky's, which weighs both kinds of errors."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array, onehot, sigmoid, softmax
from charmlp.doctor.losses.known import KnownLoss, Options, Value, named

USUAL = (0.0, 1.0, 1e-4)  # what keeps a quotient finite
SMOOTH = r"\w*(smooth|eps)\w*"
WITHOUT_TWO = "1 − (Σ p t + s) / (Σ p + Σ t + s)"
OPPOSITE = {"en": "(1 − p) (1 − t) taken for an error", "zh": "把 (1 − p) (1 − t) 当作错误"}
WITHOUT_MINUS = {"en": "the overlap itself", "zh": "重叠程度本身"}


def of_overlap(values: Sequence[Any]) -> Iterator[tuple[Array, Array, tuple[int, ...] | None]]:
    """Probabilities, targets of their shape, and what is summed over: all, an example, a class."""
    x, given = values[:2]
    targets = [given]
    if given.dtype.kind == "i":
        targets = [given.reshape(-1, *[1] * (x.ndim - 1)), onehot(given.reshape(-1), x.shape[1])]
    probabilities = [x, sigmoid(x), *([softmax(x, 1)] if x.ndim > 1 else [])]
    along = [None, tuple(range(1, x.ndim)), (0, *range(2, x.ndim)), tuple(range(2, x.ndim))]
    every = along[: 1 if x.ndim < 2 else 3 if x.ndim < 3 else 4]
    for p, t, axes in itertools.product(probabilities, targets, every):
        if t.ndim == x.ndim and len(t) == len(x):
            yield p, t, axes


def dice(values: Sequence[Any], by_name: Mapping[str, Any], options: Options) -> Iterator[Value]:
    smooth = sorted({*named(options, SMOOTH), *USUAL, 2.0})  # 2 (Σ p t + 1)
    for p, t, axes in of_overlap(values):
        common = (p * t).sum(axes)
        for total in (p.sum(axes) + t.sum(axes), (p**2).sum(axes) + (t**2).sum(axes)):
            for above, below in itertools.product(smooth, smooth):
                overlap = (2 * common + above) / (total + below)
                yield from ((None, one) for one in (1 - overlap, -overlap, -np.log(overlap)))
                yield WITHOUT_MINUS, overlap
                yield WITHOUT_TWO, 1 - (common + above) / (total + below)


def tversky(values: Sequence[Any], by_name: Mapping[str, Any], options: Options) -> Iterator[Value]:
    smooth = sorted({*named(options, SMOOTH), *USUAL})
    first, second = named(options, "alpha", 0.5, 0.3, 0.7), named(options, "beta", 0.5, 0.7, 0.3)
    powers = {1.0, *named(options, "gamma", 0.75, 4 / 3)}
    powers |= {1 / power for power in powers if power}
    for p, t, axes in of_overlap(values):
        common, only_p, only_t = (p * t).sum(axes), (p * (1 - t)).sum(axes), ((1 - p) * t).sum(axes)
        neither = ((1 - p) * (1 - t)).sum(axes)
        for (a, b), s in itertools.product(itertools.product(first, second), smooth):
            for alpha, beta in ((a, b), (b, a)):
                errors = alpha * only_p + beta * only_t
                index = (common + s) / (common + errors + s)
                yield from ((None, (1 - index) ** power) for power in powers)
                yield WITHOUT_MINUS, index
                no_common = 1 - (common + s) / (errors + s)
                yield from (("1 − (TP + s) / (α FP + β FN + s)", no_common**power) for power in powers)
                for one, other in ((neither, only_t), (only_p, neither), (neither, only_p)):
                    swapped = 1 - (common + s) / (common + alpha * one + beta * other + s)
                    yield from ((OPPOSITE, swapped**power) for power in powers)


DICE = KnownLoss(
    r"(soft|binary|multi\w*)?dice\w*loss\w*|lossdice", "1 − (2 Σ p t + s) / (Σ p + Σ t + s)", dice
)
TVERSKY = KnownLoss(r"(focal)?tversky\w*", "1 − (TP + s) / (TP + α FP + β FN + s)", tversky)
