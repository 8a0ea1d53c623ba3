"""t-SNE: processor and wall time of charmlp's, and of others where they are installed, on the same points.

    python benchmarks/tsne.py
    python benchmarks/tsne.py --points 10000 --only charmlp,openTSNE

Points are made up as logits look: clusters of 26 classes. `KL` is the divergence that all of them minimise,
of the same affinities; lower is better.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.evaluation.tsne import Neighbours, affinities, embed, nearest, principal_components

Array = NDArray[Any]
CLASSES = 26


def charmlp(points: Array) -> Array:
    return embed(points)


def scikit_learn(points: Array) -> Array:
    from sklearn.manifold import TSNE

    return np.asarray(TSNE(init="pca", random_state=1, n_jobs=1).fit_transform(points))


def open_tsne(points: Array) -> Array:
    from openTSNE import TSNE

    return np.asarray(TSNE(random_state=1, n_jobs=1).fit(points))


PROGRAMS: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "charmlp": ("charmlp", charmlp),
    "scikit-learn": ("sklearn", scikit_learn),
    "openTSNE": ("openTSNE", open_tsne),
}


def logits(count: int) -> Array:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLASSES, count)
    return (8 * np.eye(CLASSES)[labels] + 1.5 * rng.normal(size=(count, CLASSES))).astype(np.float32)


def divergence(places: Array, near: Neighbours) -> float:
    """KL(P‖Q) of places N×2."""
    y, rows = places.astype(np.float64), np.repeat(np.arange(len(places)), np.diff(near.starts))
    weights = 1 / (1 + ((y[rows] - y[near.others]) ** 2).sum(axis=1))
    total = -len(y) + sum(
        float((1 / (1 + ((y[first : first + 500, np.newaxis] - y) ** 2).sum(axis=2))).sum())
        for first in range(0, len(y), 500)
    )
    return float((near.p * np.log(near.p / (weights / total))).sum())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", default="400,2000,10000", help="how many, comma separated")
    parser.add_argument("--only", default=",".join(PROGRAMS), help="programs, comma separated")
    arguments = parser.parse_args()
    embed(logits(50))  # compiles its loops
    for count in map(int, arguments.points.split(",")):
        points = logits(count)
        x = principal_components(points - points.mean(axis=0, dtype=np.float64))
        near = affinities(*nearest(x, min(count - 1, 90)), 30.0)
        for name in arguments.only.split(","):
            package, program = PROGRAMS[name]
            if importlib.util.find_spec(package) is None:
                print(f"{count:6,} {name:<13} not installed")
                continue
            wall, processor = time.perf_counter(), time.process_time()
            places = program(points)
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
            seconds = f"{wall:6.2f} s, processor {processor:6.2f} s"
            print(f"{count:6,} {name:<13} {seconds}, KL {divergence(places, near):.3f}")


if __name__ == "__main__":
    main()
