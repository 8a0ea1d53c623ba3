"""Logits of a face: s cos θ, and at the right class s cos(θ + m) (ArcFace) or s (cos θ − m) (CosFace)."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array, log_softmax, onehot
from charmlp.doctor.losses.distances import rows_of_length_one
from charmlp.doctor.losses.known import KnownLoss, Options, Value, named

ALL_CLASSES = {"en": "the margin at all classes", "zh": "所有类别都加了间隔"}
EXCHANGED = {"en": "cos(θ + m) only where θ + m > π", "zh": "只在 θ + m > π 时才用 cos(θ + m)"}


def cosines(values: Sequence[Any]) -> Iterator[tuple[Array, Array]]:
    """Cosines of the angles between inputs and classes, and the labels as rows of 0 and 1."""
    matrices = [value for value in values if value.dtype.kind == "f" and value.ndim == 2]
    labels = [value for value in values if value.dtype.kind == "i"]
    if len(matrices) != 2 or len(labels) != 1:
        return
    x, weight = matrices
    for rows in (weight, weight.T):
        if rows.shape[1] == x.shape[1]:
            yield rows_of_length_one(x) @ rows_of_length_one(rows).T, onehot(labels[0].reshape(-1), len(rows))


def logits_and_losses(
    cos: Array, at_right: Array, t: Array, options: Options, written: Any
) -> Iterator[Value]:
    for s in named(options, r"s|scale\w*|\w*radius", 1.0, 30.0, 64.0):
        z = s * np.where(t == 1, at_right, cos)
        yield from ((written, one) for one in (z, -(t * log_softmax(z)).sum(1)))


def arc(values: Sequence[Any], by_name: Mapping[str, Any], options: Options) -> Iterator[Value]:
    for (cos, t), m in itertools.product(cosines(values), named(options, "m|m2|margin|angular_margin", 0.5)):
        theta = np.arccos(cos)
        added, past = np.cos(theta + m), theta + m > np.pi
        beyond = cos - np.sin(np.pi - m) * m
        far = (np.where(past, beyond, added), np.where(past, cos - m, added))
        for right in (added, *far, np.where(cos > 0, added, cos)):
            yield from logits_and_losses(cos, right, t, options, None)
        if m == 0:
            continue
        less = np.cos(theta - m)
        for wrong in (less, np.where(past, beyond, less), np.where(cos > 0, less, cos)):
            yield from logits_and_losses(cos, wrong, t, options, "s cos(θ − m)")
        for right in (added, np.where(past, beyond, added)):
            yield from logits_and_losses(right, right, t, options, ALL_CLASSES)
        yield from logits_and_losses(cos, np.where(past, added, beyond), t, options, EXCHANGED)


def cosine(values: Sequence[Any], by_name: Mapping[str, Any], options: Options) -> Iterator[Value]:
    for (cos, t), m in itertools.product(cosines(values), named(options, "m|m3|margin", 0.35, 0.4)):
        yield from logits_and_losses(cos, cos - m, t, options, None)
        if m:
            yield from logits_and_losses(cos, cos + m, t, options, "s (cos θ + m)")
            yield from logits_and_losses(cos - m, cos - m, t, options, ALL_CLASSES)


ARC = KnownLoss(r"arc(face|margin)\w*|additiveangular\w*", "s cos(θ + m)", arc)
COSINE = KnownLoss(r"cosface\w*|addmargin\w*|am(softmax)\w*|largemargincosine\w*", "s (cos θ − m)", cosine)
