"""What can be said of a wrong gradient that no formula explains: where it errs, and how its ratio behaves.

Gradients are stacked, one for each upstream gradient that was tried: T×(the input's shape).
"""

from collections.abc import Iterator, Mapping

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import Phrase, phrase

FILLED = 0.5  # the share of a region that must be wrong, so that it is worth a name


def regions(
    wrong: Array, value: Array, upstream: Array | None = None, others: Mapping[str, Array] | None = None
) -> list[Phrase]:
    """The smallest region with a name that holds all errors, else their share; nothing where there is none.

    wrong: T×…, where a gradient is wrong. value: the input. upstream: the upstream gradients, where they have
    the shape of `wrong`. others: more regions, by the end of their key among the words.
    """
    if not wrong.any():
        return []
    if wrong.all():
        return [phrase("where-everywhere")]
    candidates = [*named(value, wrong.shape), *of_upstream(wrong, upstream)]
    candidates += [(phrase(f"where-{name}"), region) for name, region in (others or {}).items()]
    holding = [
        (int(region.sum()), words)
        for words, shape in candidates
        for region in [np.broadcast_to(shape, wrong.shape)]
        if not wrong[~region].any() and wrong.sum() >= FILLED * region.sum() and not region.all()
    ]
    smallest = min(holding, key=lambda pair: pair[0], default=None)
    beyond = beyond_threshold(wrong, value)  # says exactly where, as a region does that is wrong all over
    if beyond is not None and (smallest is None or smallest[0] > wrong.sum()):
        return [beyond]
    return [smallest[1] if smallest else phrase("where-share", share=f"{float(wrong.mean()):.0%}")]


def named(value: Array, shape: tuple[int, ...]) -> Iterator[tuple[Phrase, Array]]:
    """Regions of the input by its sign, by ties, and by place."""
    yield phrase("where-negative"), value < 0
    yield phrase("where-positive"), value > 0
    values, counts = np.unique(value, return_counts=True)
    yield phrase("where-ties"), np.isin(value, values[counts > 1])
    if value.ndim == 1:
        (places,) = np.indices(value.shape)
        yield phrase("where-first-element"), np.asarray(places == 0)
        yield phrase("where-last-element"), np.asarray(places == len(value) - 1)
    if value.ndim == 2:
        yield from of_matrix(value)
    if value.ndim >= 2:
        inside = np.zeros(value.shape[-2:], bool)
        inside[1:-1, 1:-1] = True
        yield phrase("where-inside"), np.broadcast_to(inside, value.shape)
        yield phrase("where-border"), np.broadcast_to(~inside, value.shape)


def of_matrix(value: Array) -> Iterator[tuple[Phrase, Array]]:
    """Rows, columns, the diagonal and what lies beside it, the largest of each row."""
    rows, columns = np.indices(value.shape)
    for name, places, count in zip(("row", "column"), (rows, columns), value.shape, strict=True):
        yield phrase(f"where-first-{name}"), places == 0
        yield phrase(f"where-last-{name}"), places == count - 1
        yield phrase(f"where-not-first-{name}"), places != 0
        yield phrase(f"where-not-last-{name}"), places != count - 1
        for number in range(1, count - 1):
            yield phrase(f"where-{name}", number=number + 1, count=count), places == number
    beside = columns - rows
    yield phrase("where-diagonal"), np.equal(beside, 0)
    yield phrase("where-off-diagonal"), np.not_equal(beside, 0)
    yield phrase("where-upper"), np.greater(beside, 0)
    yield phrase("where-lower"), np.less(beside, 0)
    yield phrase("where-row-maximum"), value == value.max(1, keepdims=True)


def of_upstream(wrong: Array, upstream: Array | None) -> Iterator[tuple[Phrase, Array]]:
    if upstream is not None and upstream.shape == wrong.shape:
        yield phrase("where-upstream-negative"), upstream < 0
        yield phrase("where-upstream-positive"), upstream > 0


def beyond_threshold(wrong: Array, value: Array) -> Phrase | None:
    """Where exactly the elements beyond a number are wrong, and there are at least two on either side."""
    errs, right = value[wrong.any(0)], value[~wrong.any(0)]
    if min(errs.size, right.size) < 2:
        return None
    for names, e, r in ((("above", "below"), errs, right), (("large", "small"), abs(errs), abs(right))):
        for name, low, high in ((names[0], r.max(), e.min()), (names[1], e.max(), r.min())):
            if low < high:
                return phrase(f"where-{name}", threshold=between(float(low), float(high)))
    return None


def between(low: float, high: float) -> str:
    """A number between two others, with as few digits as do.

    >>> between(0.93, 1.2), between(0.5, 0.51)
    ('1', '0.505')
    """
    texts = (f"{(low + high) / 2:.{digits}g}" for digits in range(1, 17))
    return next(text for text in texts if low < float(text) < high)


def ratios(analytic: Array, right: Array) -> list[Phrase]:
    """How the ratio to the right gradient behaves; both are stacked, T×….

    Where the right gradient is 0 there is no ratio; nothing is said where that is everywhere.
    """
    scale = float(abs(right).max(initial=0.0))
    difference = analytic - right
    if scale and spread(difference) < 1e-6 * scale:
        return [phrase("offset-one", offset=f"{float(difference.mean()):.3g}")]
    there = abs(right) > 1e-6 * scale
    if not there.any():
        return []
    ratio = np.where(there, analytic / np.where(there, right, 1.0), np.nan)
    least, most = f"{float(np.nanmin(ratio)):.3g}", f"{float(np.nanmax(ratio)):.3g}"
    size = 1e-6 * float(np.nanmax(abs(ratio)))
    if spread(ratio) <= size:
        return [phrase("ratio-one", ratio=f"{float(np.nanmean(ratio)):.3g}")]
    if ratio.ndim == 3:
        for name, axis in (("row", 2), ("column", 1)):
            if is_flat(ratio, axis, size):
                return [phrase(f"ratio-{name}", least=least, most=most)]
    if len(ratio) > 1 and is_flat(ratio, 0, size):
        return [phrase("ratio-of-input", least=least, most=most)]
    return [phrase("ratio-spread", least=least, most=most)]


def spread(values: Array) -> float:
    return float(np.nanmax(values) - np.nanmin(values))


def is_flat(ratio: Array, axis: int, size: float) -> bool:
    """Whether the ratio does not change along an axis, of which most is known."""
    known = ~np.isnan(ratio)
    several = known.sum(axis) >= 2
    if not several.any():
        return False
    filled = np.where(known, ratio, -np.inf).max(axis) - np.where(known, ratio, np.inf).min(axis)
    return bool((filled[several] <= size).all())
