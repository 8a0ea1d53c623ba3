"""Softmaxes inside a forward that nobody differentiates by hand: along which dimension, and of which scores.

What a module is as a whole no formula may know, but scores q kᵀ are divided by the root of how many numbers a
query has, weights add up to 1 over what they weigh, and each row of logits has a softmax of its own.
"""

import math
from collections.abc import Iterator

from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.setups.setup import SetUp
from charmlp.doctor.setups.trial import is_label

CLOSE = 1e-3  # relative


def softmaxes_are_usual(setup: SetUp) -> Iterator[Finding]:
    trial = setup.first
    call = getattr(trial.subject, "call", None)
    if trial.kind is not UNKNOWN or call is None:
        return
    from charmlp.doctor.operation.inside import watched_forward  # needs torch, which a call has

    try:
        scored, softmaxed = watched_forward(call, [*trial.values, *trial.fillers])
    except Exception:
        return
    width_of_input = trial.values[0].shape[-1] if getattr(trial.values[0], "ndim", 0) else 0
    for one in scored:
        sizes = {width_of_input, one.shape[-1], one.shape[-2]}
        sizes |= {one.width * one.shape[-3]} if len(one.shape) > 3 else set()
        if (written := unusual(one.scale, one.width, sizes - {one.width})) is not None:
            words = phrase("scores-times", found=f"{one.scale:.4g}", width=one.width)
            right = f"q kᵀ / √{one.width}"
            yield finding("forward-wrong.scores", words, confidence=0.9, found=written, right=right)
            return
    rows = [value.shape for i, value in enumerate(trial.values) if is_of_labels(setup, i)]
    for softmax in softmaxed:
        across = softmax.weighed is not None and softmax.weighed != softmax.dimension
        is_square = len(set(softmax.shape)) == 1  # of pairs, which are compared both ways
        of_rows = softmax.dimension == 0 and not is_square and (softmax.shape[0],) in rows
        if across or of_rows:
            along = softmax.weighed if across else 1
            words = phrase("softmax-along", found=softmax.dimension, shape=str(softmax.shape))
            yield finding(
                "forward-wrong.dimension", words, confidence=0.9, found=softmax.dimension, right=along
            )
            return


def is_of_labels(setup: SetUp, position: int) -> bool:
    value = setup.first.values[position]
    return getattr(getattr(value, "dtype", None), "kind", "") == "i" or is_label(
        setup.first.subject.name_of(position)
    )


def unusual(scale: float, width: int, others: set[int]) -> str | None:
    """How scores are scaled, where that is by another size than a query's width, or twice, or inversely."""
    if abs(scale * math.sqrt(width) - 1) < CLOSE or abs(scale - 1) < CLOSE:
        return None
    ways = {f"q kᵀ / √{size}": 1 / math.sqrt(size) for size in others if size > 1}
    ways |= {
        f"q kᵀ / {width}": 1 / width,
        f"q kᵀ · √{width}": math.sqrt(width),
        f"q kᵀ · {width}": float(width),
    }
    found = [written for written, factor in ways.items() if abs(scale / factor - 1) < CLOSE]
    return found[0] if found else None
