"""What checkpoints cost, and how soon a training goes on from one; the tables of docs/resume.md.

    python benchmarks/resume.py

Letters are noise: what is measured depends on their number and size alone. Cost: stretches of updates with
and without a checkpoint take turns, in processor time; the median difference is one checkpoint's, and at the
pace of the default, at least 20 seconds and 200 times its own duration apart, so much of a training. Going
on: from a state at update 1,000,000, made up, until the first new update is done, beyond loading letters and
file.
"""

from __future__ import annotations

import dataclasses
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from charmlp.config import RECIPES, TrainingConfig
from charmlp.letters.letterset import LetterSet
from charmlp.training.checkpoint import Checkpoint
from charmlp.training.fit import make_trainer
from charmlp.training.prepare import Prepared
from charmlp.training.saving import LEAST_PAUSE, TIMES_ITSELF
from charmlp.training.state import Epoch, Figures
from charmlp.training.trainer import Trainer

LETTERS, PAIRS, STRETCH, PLACE = 20_000, 12, 100, 1_000_000


def prepared(config: TrainingConfig, count: int) -> Prepared:
    rng = np.random.default_rng(0)
    classes = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

    def noise(n: int) -> LetterSet:
        images = rng.integers(0, 256, (n, *config.norm_size), np.uint8)
        return LetterSet(images, rng.integers(0, 26, n), classes, ("",) * n)

    return Prepared(noise(count), noise(400), noise(count) if config.synth_ratio else None, "noise")


def write(trainer: Trainer, path: Path) -> float:
    """Write a checkpoint; the seconds it takes by the clock."""
    start = time.perf_counter()
    Checkpoint(trainer.state(), trainer.config, {}, {}, {}).write(path)
    return time.perf_counter() - start


def cost(config: TrainingConfig, path: Path) -> str:
    trainer = make_trainer(config, prepared(config, LETTERS))
    trainer.run(until=STRETCH)
    seconds: dict[bool, list[float]] = {False: [], True: []}
    walls = []
    for turn in range(2 * PAIRS):
        writes = turn % 2 == 1
        start = time.process_time()
        trainer.run(until=trainer.updates + STRETCH)
        if writes:
            walls.append(write(trainer, path))
        seconds[writes].append(time.process_time() - start)
    pairs = zip(seconds[False], seconds[True], strict=True)
    one = max(0.0, statistics.median(with_it - without for without, with_it in pairs))
    wall = statistics.median(walls)
    pause = max(LEAST_PAUSE, TIMES_ITSELF * wall)
    return (
        f"{1e3 * one:.1f} ms of the processor, {1e3 * wall:.1f} ms by the clock, "
        f"{path.stat().st_size / 2**20:.1f} MB; every {pause:.0f} s: {one / pause:.3%} and {wall / pause:.3%}"
    )


def going_on(config: TrainingConfig, count: int, path: Path) -> str:
    letters = prepared(config, count)
    first = make_trainer(dataclasses.replace(config, updates=2 * PLACE), letters)
    first.run(until=1)
    epochs, done = divmod(PLACE, first.order.updates)
    state = first.state()
    history = tuple(Epoch(number, 0.1, 0.1, 0.1, Figures(0.1, 0.9, 0.9)) for number in range(1, epochs + 1))
    kept = dataclasses.replace(state.kept, epoch=1, parameters=first.step.averaged().flat.copy())
    step = dataclasses.replace(state.step, updates=PLACE)
    made_up = dataclasses.replace(state, step=step, updates=PLACE, kept=kept, history=history)
    Checkpoint(made_up, first.config, {}, {}, {}).write(path)
    start = time.perf_counter()
    past = Checkpoint.read(path)
    read = time.perf_counter()
    again = make_trainer(first.config, letters)
    again.take_up(past.state)
    again.run(until=PLACE + 1)
    taken = time.perf_counter() - read
    fresh = make_trainer(first.config, letters)
    start_of_fresh = time.perf_counter()
    fresh.run(until=1)
    beginning = time.perf_counter() - start_of_fresh
    return (
        f"{count:,} letters, update {done:,} of epoch {epochs + 1:,}: {1e3 * taken:.0f} ms "
        f"(the first update of a new training: {1e3 * beginning:.0f} ms); the file was read in "
        f"{1e3 * (read - start):.0f} ms"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.safetensors"
        for name in ("best", "slides"):
            print(f"{name}, one checkpoint: {cost(RECIPES[name], path)}", flush=True)
        for name in ("best", "slides"):
            for count in (LETTERS, 500):
                print(f"{name}, {going_on(RECIPES[name], count, path)}", flush=True)


if __name__ == "__main__":
    main()
