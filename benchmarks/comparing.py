"""How often `charmlp compare` shows a difference where there is none, and where there is one of five points.

    python benchmarks/comparing.py                                  simulated
    python benchmarks/comparing.py ../shared/data/scene-letters     and with real trainings, some minutes

Simulated: images of very different difficulty, the same for both settings; each seed reads them with noise of
its own, and is luckier or unluckier than others on all of them (lucky); and settings may find different
images easy, though as many (other). Real: recipe slides, and slides with 64 hidden units and four times the
learning rate, each trained on DATA with 40 seeds; a comparison draws some of them. The last column counts a
seed's images as so many more of them, which `compare` does not do.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from charmlp.config import SLIDES, TrainingConfig
from charmlp.evaluation.comparison import LEVEL, compare_readings, mcnemar

Readings = NDArray[np.bool_]

COMPARISONS = 50
# The images' ease, in units of the seeds' noise. As with recipe slides on scene-letters, 80 % are read, and
# two seeds differ on 8 % of the images.
MEAN, SPREAD = 6.0, 7.0
FIVE_POINTS = 1.2  # harder, every image of the second setting: it reads 5.0 points less
SEEDS = 40
BETTER = dataclasses.replace(SLIDES, hidden_size=(64,), lr=2e-3)


def simulate(
    rng: Generator, n: int, seeds: int, *, harder: float = 0.0, lucky: float = 0.0, other: float = 0.0
) -> tuple[Readings, Readings]:
    """Whether the seeds of two settings, S each, read the same N images right.

    harder  how much harder the images are for the second: 0 is one setting compared with itself
    lucky   standard deviation of a seed's luck on all images
    other   of what each setting finds easy, image by image: different ones, but as many
    """
    ease = rng.normal(MEAN, SPREAD, n)

    def read(less: float) -> Readings:
        own = ease + rng.normal(0, other, n) - less
        luck = rng.normal(0, lucky, (seeds, 1)) if lucky else 0.0
        return np.asarray(own + luck + rng.logistic(0, 1, (seeds, n)) > 0)

    return read(0.0), read(harder)


def one_by_one(a: Readings, b: Readings) -> float:
    """p where every seed's images count as images of their own, which is wrong: the negative control."""
    return mcnemar(int((a & ~b).sum()), int((b & ~a).sum()))


def simulated(comparisons: int) -> None:
    print(f"simulated: how many of {comparisons} have p below {LEVEL}")
    print("images  seeds  lucky  other   none  5 points  none, seeds as images")
    rng = np.random.default_rng(1)
    for n, seeds, lucky, other in (
        (400, 1, 0.0, 0.0), (400, 3, 0.0, 0.0), (400, 5, 0.0, 0.0), (400, 10, 0.0, 0.0), (400, 20, 0.0, 2.0),
        (400, 3, 0.2, 0.0), (400, 5, 0.2, 0.0), (4000, 3, 0.2, 0.0), (4000, 5, 0.2, 0.0), (4000, 5, 0.4, 0.0),
    ):  # fmt: skip
        none, found, wrong = 0, 0, 0
        for _ in range(comparisons):
            a, b = simulate(rng, n, seeds, lucky=lucky, other=other)
            none += compare_readings(a, b).p < LEVEL
            wrong += one_by_one(a, b) < LEVEL
            a, b = simulate(rng, n, seeds, lucky=lucky, other=other, harder=FIVE_POINTS)
            found += compare_readings(a, b).p < LEVEL
        print(f"{n:6,}  {seeds:5}  {lucky:5}  {other:5}  {none:5}  {found:8}  {wrong:21}", flush=True)


def train_many(data: Path, config: TrainingConfig) -> Readings:
    """Which validation images each of 40 seeds reads right."""
    from charmlp.data import open_source
    from charmlp.evaluation import evaluate
    from charmlp.training.fit import fit
    from charmlp.training.prepare import prepare
    from charmlp.training.record import make_model

    prepared = prepare(open_source(data), config)
    rows = []
    for seed in range(SEEDS):
        model = make_model(fit(dataclasses.replace(config, seed=seed), prepared), prepared)
        assert prepared.validation is not None
        rows.append(evaluate(model, prepared.validation).is_right)
        print(f"\r{seed + 1} of {SEEDS} trained", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return np.stack(rows)


def real(data: Path, comparisons: int) -> None:
    slides, better = (train_many(data, config) for config in (SLIDES, BETTER))
    for name, rows in (("slides", slides), ("better", better)):
        accuracies = 100 * rows.mean(axis=1)
        print(f"{name}: {accuracies.mean():.2f} ± {accuracies.std(ddof=1):.2f} % of {rows.shape[1]} images")
    print(f"real: how many of {comparisons} have p below {LEVEL}")
    print("seeds   none  better  none, seeds as images")
    rng = np.random.default_rng(1)
    for seeds in (1, 2, 3, 5, 10):
        none, found, wrong = 0, 0, 0
        for _ in range(comparisons):
            drawn = rng.permutation(SEEDS)
            a, b = slides[drawn[:seeds]], slides[drawn[seeds : 2 * seeds]]
            none += compare_readings(a, b).p < LEVEL
            wrong += one_by_one(a, b) < LEVEL
            found += compare_readings(a, better[rng.permutation(SEEDS)[:seeds]]).p < LEVEL
        print(f"{seeds:5}  {none:5}  {found:6}  {wrong:21}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, metavar="DATA")
    parser.add_argument("--comparisons", type=int, default=COMPARISONS, metavar="N")
    given = parser.parse_args()
    simulated(given.comparisons)
    if given.data is not None:
        real(given.data, given.comparisons)
