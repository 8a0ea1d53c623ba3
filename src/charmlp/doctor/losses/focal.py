"""The focal loss, −α (1 − pₜ)^γ log pₜ, of rows of logits and class numbers, or of yes and no."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array, log_softmax, onehot, sigmoid
from charmlp.doctor.losses.known import KnownLoss, Options, Value, named

FOCUS = r"gamma\w*|focus\w*"
OF_MEAN = {
    "en": "(1 − e^−L)^γ L of the mean cross-entropy L: p of the whole batch, not of each example",
    "zh": "(1 − e^−L)^γ L，其中 L 是整个批次交叉熵的平均：用的是整批的 p，而不是每个样本的 p",
}


def of_logs(values: Sequence[Any], alphas: Sequence[float]) -> Iterator[tuple[Array, Array, list[Array]]]:
    """log pₜ, p or pₜ, and the weights α that each example may have."""
    x, t = values[:2]
    ones = [np.float64(1.0), *map(np.float64, alphas)]
    if t.dtype.kind == "i" and x.ndim == 2 and t.size == len(x):
        t = onehot(t.reshape(-1), x.shape[1])
    if t.shape == x.shape and x.ndim == 2 and (t.sum(1) == 1).all() and x.shape[1] > 1:
        log_p = (t * log_softmax(x)).sum(1)
        of_class = [t[:, 0] * a + (1 - t[:, 0]) * (1 - a) for a in alphas]
        yield log_p, np.exp(log_p), [*ones, *of_class]
    if t.shape == x.shape:
        weights = [
            *ones,
            *(each for a in alphas for each in (a * t + (1 - a) * (1 - t), (1 - a) * t + a * (1 - t))),
        ]
        with np.errstate(all="ignore"):
            for p in (sigmoid(x), x):
                yield t * np.log(p) + (1 - t) * np.log(1 - p), p, weights


def focal(values: Sequence[Any], by_name: Mapping[str, Any], options: Options) -> Iterator[Value]:
    for gamma in named(options, FOCUS, 2.0):
        if gamma == 0:
            return  # it is the cross-entropy
        for log_p, p, weights in of_logs(values, named(options, r"alpha|balance\w*|pos_?weight", 0.25)):
            of_right, mean = np.exp(log_p), np.exp(log_p.mean())
            for weight in weights:
                yield None, -weight * (1 - of_right) ** gamma * log_p
                yield "−pₜ^γ log pₜ", -weight * of_right**gamma * log_p
                yield "−γ (1 − pₜ) log pₜ", -weight * (1 - of_right) * gamma * log_p
                yield "(1 − pₜ)^γ log pₜ", weight * (1 - of_right) ** gamma * log_p
                yield "−(1 − log pₜ)^γ log pₜ", -weight * (1 - log_p) ** gamma * log_p
                if p.shape == of_right.shape and not np.allclose(p, of_right):
                    yield "−(1 − p)^γ log pₜ", -weight * (1 - p) ** gamma * log_p
                if np.ndim(weight) == 0 and log_p.size > 1:
                    yield OF_MEAN, -weight * (1 - mean) ** gamma * log_p.mean()


FOCAL = KnownLoss(r"(?!.*tversky)\w*focal\w*", "−(1 − pₜ)^γ log pₜ", focal)
