"""Losses of distances between examples: triplets, pairs, and one example among many."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.losses.known import KnownLoss, Options, Value, named

MARGIN = r"\w*margin\w*|m|alpha"
TEMPERATURE = r"\w*temp\w*|tau|t"


def distances(a: Array, b: Array) -> Iterator[Array]:
    """In the ways that people measure them, one a row."""
    squares = ((a - b) ** 2).sum(-1)
    yield from (squares, np.sqrt(squares), ((a - b) ** 2).mean(-1), abs(a - b).sum(-1))
    yield cosine_distance(a, b)


def cosine_distance(a: Array, b: Array) -> Array:
    return np.asarray(1 - (rows_of_length_one(a) * rows_of_length_one(b)).sum(-1))


def rows_of_length_one(x: Array) -> Array:
    return np.asarray(x / np.linalg.norm(x, axis=-1, keepdims=True))


def positive(x: Array) -> Array:
    return np.maximum(x, 0)


def triplet(values: Sequence[Any], by_name: Mapping[str, Any], options: Options) -> Iterator[Value]:
    anchor, near, far = values[:3]
    if not anchor.shape == near.shape == far.shape:
        return
    for (d_near, d_far), m in itertools.product(
        zip(distances(anchor, near), distances(anchor, far), strict=True), named(options, MARGIN, 1.0)
    ):
        right = positive(d_near - d_far + m)
        yield None, right
        yield None, right[right > 0].mean() if (right > 0).any() else right.mean()
        yield None, np.logaddexp(0, d_near - d_far)
        if m:
            yield "max(0, d(a, n) − d(a, p) + m)", positive(d_far - d_near + m)
            yield "max(0, d(a, p) − d(a, n) − m)", positive(d_near - d_far - m)
            yield (
                {
                    "en": "d(a, p) − d(a, n) + m without max(0, ·)",
                    "zh": "没有 max(0, ·) 的 d(a, p) − d(a, n) + m",
                },
                (d_near - d_far + m),
            )


def contrastive(values: Sequence[Any], by_name: Mapping[str, Any], options: Options) -> Iterator[Value]:
    a, b, label = values[:3]
    y = label.reshape(-1).astype(float)
    if a.shape != b.shape or len(y) != len(a) or a.ndim != 2:
        return
    for d, m in itertools.product(
        (np.sqrt(((a - b) ** 2).sum(1)), cosine_distance(a, b)),
        named(options, MARGIN, 1.0, 2.0),
    ):
        for alike, c in itertools.product((y, 1 - y), (1.0, 0.5)):
            other = 1 - alike
            yield None, c * (alike * d**2 + other * positive(m - d) ** 2)
            yield None, c * (alike * d**2 + other * positive(m - d**2))
            yield None, c * (alike * d + other * positive(m - d))
            yield "y d² + (1 − y) max(0, m − d)", c * (alike * d**2 + other * positive(m - d))
            yield "y d + (1 − y) max(0, m − d)²", c * (alike * d + other * positive(m - d) ** 2)
            yield "y d² + (1 − y) max(0, d − m)²", c * (alike * d**2 + other * positive(d - m) ** 2)
            yield "y d² + y max(0, m − d)²", c * (alike * d**2 + alike * positive(m - d) ** 2)
            yield "y d² − (1 − y) max(0, m − d)²", c * (alike * d**2 - other * positive(m - d) ** 2)


def one_among_many(values: Sequence[Any], by_name: Mapping[str, Any], options: Options) -> Iterator[Value]:
    """NT-Xent: for each example the other view of it, among all other examples."""
    a, b = values[:2]
    if a.shape != b.shape or a.ndim != 2:
        return
    n = len(a)
    partner, rows = np.roll(np.arange(2 * n), n), np.arange(2 * n)
    itself = np.where(np.eye(2 * n), -np.inf, 0.0)
    its_partner = np.where(np.eye(2 * n)[partner], -np.inf, 0.0)
    for scaled, tau in itertools.product((True, False), named(options, TEMPERATURE, 0.5, 0.1, 0.07)):
        first, second = (rows_of_length_one(a), rows_of_length_one(b)) if scaled else (a, b)
        z = np.concatenate([first, second])
        s = z @ z.T / tau
        pairs = s[rows, partner]
        right = log_sum(s + itself) - pairs
        across = first @ second.T / tau
        one_way, back = (log_sum(one) - np.diag(one) for one in (across, across.T))
        fine = None if scaled else ""  # the rows may be of length one before
        yield from ((fine, one) for one in (right, right[:n], right.sum() / n, one_way, back))
        yield from ((fine, one) for one in (one_way + back, (one_way + back) / 2))
        yield fine, log_sum(s + itself + its_partner) - pairs
        if tau == 1:
            continue
        kept = {
            "en": "each example among all, itself included",
            "zh": "每个样本与包括它自己在内的所有样本比较",
        }
        yield from ((kept, one) for one in (log_sum(s) - pairs, (log_sum(s) - pairs)[:n]))
        its_own = {"en": "each example as its own partner", "zh": "每个样本以它自己为配对"}
        yield its_own, log_sum(s) - s[rows, rows]
        times = {"en": "similarities times τ", "zh": "相似度乘以 τ"}
        hot = s * tau * tau
        yield times, log_sum(hot + itself) - hot[rows, partner]


def log_sum(s: Array) -> Array:
    """log Σ exp of each row."""
    return np.asarray(np.logaddexp.reduce(s, axis=1))


TRIPLET = KnownLoss(r"(my|batch)?triplet(margin)?loss\w*", "max(0, d(a, p) − d(a, n) + m)", triplet)
CONTRASTIVE = KnownLoss(r"(my)?contrastive(loss|criterion)?\w*", "y d² + (1 − y) max(0, m − d)²", contrastive)
NT_XENT = KnownLoss(
    r"\w*(ntxent|infonce|simclr)\w*|contrastive(loss)?\w*",
    "−log(e^{s₊} / Σ e^s), s = cos/τ, i ≠ j",
    one_among_many,
)
