"""The cross-entropy of smoothed labels, (1 − s) L + s U, where U is the mean of −log q over the classes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.functions import log_softmax
from charmlp.doctor.losses.known import IGNORED, IGNORES, KnownLoss, Options, Value, named

COUNTED = {
    "en": "a uniform part of all examples, those to be ignored as well",
    "zh": "均匀部分把应忽略的样本也算了进去",
}


def smoothed(values: Sequence[Any], by_name: Mapping[str, Any], options: Options) -> Iterator[Value]:
    x, label = values[:2]
    if label.dtype.kind != "i" or x.ndim != 2 or label.size != len(x):
        return
    label, k = label.reshape(-1), x.shape[1]
    keep = np.isin(label, [IGNORED, *named(options, IGNORES)], invert=True)
    is_ignored = not keep.all()
    for log_q in (log_softmax(x), x):
        right = np.where(keep, -log_q[np.arange(len(x)), np.where(keep, label, 0)], 0)
        everywhere = -log_q.sum(1)
        of_all = np.where(keep, everywhere, 0)
        for s in named(options, r"\w*smooth\w*|eps\w*|alpha", 0.1):
            if s == 0:
                return  # it is the cross-entropy
            others = (1 - s) * right + s * (of_all - right) / (k - 1)
            usual = (1 - s) * right + s * of_all / k
            for one in (usual, others, (1 - s - s / k) * right + s * of_all / k):
                yield from ((None, each) for each in (one, one.sum() / keep.sum()))
                entropy = (1 - s) * np.log(1 - s) + s * np.log(s / (k - 1))  # of a divergence
                yield from (
                    (None, each) for each in (one + entropy * keep, (one + entropy * keep).mean() / k)
                )
            wrong = {
                "(1 − s) L − s Σ log q": (1 - s) * right + s * of_all,
                "s L + (1 − s) U": s * right + (1 - s) * of_all / k,
                "L + s U": right + s * of_all / k,
                "(1 − s) L − s U": (1 - s) * right - s * of_all / k,
            }
            for written, one in wrong.items():
                yield from ((written, each) for each in (one, one.sum() / keep.sum()))
            if is_ignored:
                counted = (1 - s) * right + s * everywhere / k
                means = (1 - s) * right.sum() / keep.sum() + s * everywhere.mean() / k
                yield from ((COUNTED, each) for each in (counted, counted.sum() / keep.sum(), means))


SMOOTHED = KnownLoss(r"\w*(labelsmooth|smoothlabel|smoothed)\w*", "(1 − s) L + s U", smoothed, ignores=True)
