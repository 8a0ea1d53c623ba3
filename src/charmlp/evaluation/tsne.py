"""t-SNE: points of many dimensions on a plane, so that neighbours stay neighbours.

Exact, not approximate: of letters there are thousands, not millions, and the sum over all pairs is one loop
without branches, which a core computes at the width of its vectors. Needs no extra.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charmlp.system.compiling import compiled, wide_vectors
from charmlp.system.threads import blocks, each

Array = NDArray[Any]

PERPLEXITY = 30.0
DIMENSIONS = 50  # to which points are reduced first, by PCA: what lies beyond is noise
EXAGGERATION = 12.0  # of attraction at first, so that clusters find each other
EARLY, LATE = 250, 400  # steps with it and without
ROWS = 512  # points whose forces are one piece of work
BLOCK = 512  # rows of distances that are in memory at a time


class Neighbours(NamedTuple):
    """The affinities p of the plane's points: those of point i are entries `starts[i]` to `starts[i + 1]`."""

    starts: Array
    others: Array
    p: Array


def embed(points: Array, seed: int = 0) -> Array:
    """Points N×D in two dimensions, N×2, by t-SNE (van der Maaten and Hinton 2008), started from their PCA.

    It minimises KL(P‖Q) = Σ pᵢⱼ log(pᵢⱼ/qᵢⱼ) over yᵢ, with qᵢⱼ ∝ wᵢⱼ = 1/(1 + |yᵢ − yⱼ|²) and

        ∂KL/∂yᵢ = 4 Σⱼ (pᵢⱼ − qᵢⱼ) wᵢⱼ (yᵢ − yⱼ)

    pᵢⱼ are Gaussian affinities to the nearest 3·30 points, at perplexity 30. The learning rate is N/12,
    later N (Belkina et al. 2019, Nature Communications 10, 5415); the start are the first two principal
    components (Kobak and Berens 2019, 10, 5416), slightly shaken by `seed`, so that copies of a point part.
    """
    x = np.asarray(points, np.float64)
    x = x - x.mean(axis=0)
    if len(x) < 4 or not np.ptp(x, axis=0).any():  # too few, or all the same: nothing to embed
        return np.pad(x, ((0, 0), (0, 2)))[:, :2]
    x = principal_components(x)
    perplexity = min(PERPLEXITY, (len(x) - 1) / 3)
    found = affinities(*nearest(x, min(len(x) - 1, int(3 * perplexity))), perplexity)
    start = np.pad(x, ((0, 0), (0, 2)))[:, :2] * (1e-4 / x[:, 0].std())
    start += np.random.default_rng(seed).normal(scale=1e-6, size=start.shape)
    return descend(start.astype(np.float32).T.copy(), found)


def principal_components(x: Array) -> Array:
    """Centred points along the axes of their largest variance, at most `DIMENSIONS` of them; N×M."""
    _, axes = np.linalg.eigh(x.T @ x)
    axes = axes[:, ::-1][:, :DIMENSIONS]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])  # no matter which LAPACK
    return x @ axes


def nearest(x: Array, count: int) -> tuple[Array, Array]:
    """The nearest others of each point, N×count, and their squared distances."""
    n = len(x)
    others, distances = np.empty((n, count), np.int64), np.empty((n, count))
    lengths = (x**2).sum(axis=1)
    small = x.astype(np.float32)

    def search(rows: slice) -> None:
        squared = lengths.astype(np.float32) - 2 * (small[rows] @ small.T)
        squared[np.arange(len(squared)), np.arange(rows.start, rows.stop)] = np.inf
        found = np.argpartition(squared, count - 1, axis=1)[:, :count]
        others[rows] = found
        distances[rows] = ((x[rows, np.newaxis] - x[found]) ** 2).sum(axis=2)

    each(search, blocks(n, BLOCK))
    return others, distances


def affinities(others: Array, distances: Array, perplexity: float) -> Neighbours:
    """pᵢⱼ = (pⱼ|ᵢ + pᵢ|ⱼ)/2N of the neighbours and of those whose neighbour one is."""
    n, count = others.shape
    p = np.empty((n, count))
    given(distances - distances.min(axis=1, keepdims=True), np.log(perplexity), p)
    rows, columns = np.repeat(np.arange(n), count), others.ravel()
    keys = np.concatenate([rows * n + columns, columns * n + rows])
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.append(True, np.diff(keys) > 0))
    both = np.add.reduceat(np.tile(p.ravel(), 2)[order], first) / (2 * n)
    keys = keys[first]
    return Neighbours(np.searchsorted(keys, np.arange(n + 1) * n), keys % n, both.astype(np.float32))


@compiled
def given(distances: Array, entropy: float, p: Array) -> None:
    """pⱼ|ᵢ ∝ exp(−β d²) of each row, with the β at which their entropy is the wanted one, by bisection."""
    for row in range(len(p)):
        low, high, beta = 0.0, np.inf, 1.0
        for _ in range(200):
            total = weighted = 0.0
            for column in range(p.shape[1]):
                p[row, column] = np.exp(-beta * distances[row, column])
                total += p[row, column]
                weighted += p[row, column] * distances[row, column]
            difference = np.log(total) + beta * weighted / total - entropy
            if abs(difference) < 1e-5 or beta > 1e30:
                break
            if difference > 0:
                low = beta
                beta = beta * 2 if high == np.inf else (beta + high) / 2
            else:
                high = beta
                beta = (beta + low) / 2
        for column in range(p.shape[1]):
            p[row, column] /= total


def descend(y: Array, near: Neighbours) -> Array:
    """The places 2×N after all steps, by momentum with a gain for each coordinate; N×2."""
    n = y.shape[1]
    pull, push, weight = np.zeros_like(y), np.zeros_like(y), np.zeros(n)
    velocity, gains = np.zeros_like(y), np.ones_like(y)
    parts = blocks(n, ROWS)
    for step in range(EARLY + LATE):
        exaggeration = np.float32(EXAGGERATION if step < EARLY else 1)
        rate = np.float32(max(n / exaggeration, 50.0))
        momentum = np.float32(0.5 if step < EARLY else 0.8)
        each(partial(sum_forces, y, near, pull, push, weight), parts)
        gradient = exaggeration * pull - push / np.float32(weight.sum() - n)
        same = np.sign(gradient) == np.sign(velocity)
        gains = np.maximum(np.where(same, gains * np.float32(0.8), gains + np.float32(0.2)), np.float32(0.01))
        velocity = momentum * velocity - rate * gains * gradient
        y += velocity
        y -= y.mean(axis=1, keepdims=True)
    return y.T.copy()


def sum_forces(y: Array, near: Neighbours, pull: Array, push: Array, weight: Array, rows: slice) -> None:
    forces(y[0], y[1], *near, pull, push, weight, rows.start, rows.stop)


@compiled
def forces(
    x: Array, y: Array, starts: Array, others: Array, p: Array,
    pull: Array, push: Array, weight: Array, first: int, last: int,
) -> None:  # fmt: skip
    """Of points `first` to `last`: Σⱼ pᵢⱼ wᵢⱼ (yᵢ − yⱼ), Σⱼ wᵢⱼ² (yᵢ − yⱼ), and Σⱼ wᵢⱼ with its own w, 1."""
    wide_vectors()
    one = np.float32(1)
    for i in range(first, last):
        x_i, y_i = x[i], y[i]
        push_x = push_y = pull_x = pull_y = total = np.float32(0)
        for j in range(len(x)):
            across, up = x_i - x[j], y_i - y[j]
            w = one / (one + across * across + up * up)
            total += w
            push_x += w * w * across
            push_y += w * w * up
        for entry in range(starts[i], starts[i + 1]):
            j = others[entry]
            across, up = x_i - x[j], y_i - y[j]
            w = p[entry] / (one + across * across + up * up)
            pull_x += w * across
            pull_y += w * up
        push[0, i], push[1, i], pull[0, i], pull[1, i], weight[i] = push_x, push_y, pull_x, pull_y, total
