"""charmlp.MLPClassifier beside scikit-learn's: the same data, the same settings, in turns.

    python benchmarks/estimator.py                      all rows, three pairs each: some minutes
    python benchmarks/estimator.py --rows digits search --pairs 5
    OMP_NUM_THREADS=1 python benchmarks/estimator.py --processor    on a machine that has other work
    python benchmarks/estimator.py --rows wide digits --step compiled    with another step than fit chooses
    python benchmarks/estimator.py --write docs/estimator.md docs/estimator.zh-CN.md

Wall-clock seconds of `fit` (with --processor: processor time, which other programs' work hardly changes),
theirs and ours one after the other; the ratio is the median of the pairs'. What
ours compiles is compiled before: that happens once on a machine. Data: rendered letters and digits, and
scikit-learn's digits. Equal settings: Adam, learning rate 0.001, no penalty, no stopping; the row of default
settings leaves everything to both. The last row is charmlp's own search, with one and with two processes.
"""

from __future__ import annotations

import argparse
import os
import string
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pages import write_block
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neural_network import MLPClassifier as Theirs

from charmlp import MLPClassifier
from charmlp.images import to_inputs
from charmlp.rendering import render

Array = NDArray[Any]
EQUAL = {"n_iter_no_change": 10**6, "tol": 0.0}


class Data(NamedTuple):
    train: Array
    test: Array
    labels: Array
    truth: Array


class Result(NamedTuple):
    """Of several pairs: medians, and the accuracies of the last."""

    theirs: float
    ours: float
    ratio: float
    accuracies: tuple[float, float] | None = None


def rendered(classes: str, side: int, count: int) -> Data:
    letters = render(count + 2000, classes=tuple(classes), norm_size=(side, side), seed=0)
    inputs = to_inputs(letters.images, "scale")
    return Data(inputs[:count], inputs[count:], letters.labels[:count], letters.labels[count:])


def digits() -> Data:
    X, y = load_digits(return_X_y=True)
    train, test, labels, truth = train_test_split(X / 16, y, random_state=0, stratify=y)
    return Data(train, test, labels, truth)


def versus(data: Data, pairs: int, clock: Callable[[], float], step: str, **settings: Any) -> Result:
    seconds, accuracies = [], (0.0, 0.0)
    penalty = {"alpha": 0.0} if settings else {}
    for pair in range(pairs):
        theirs = Theirs(random_state=pair, **settings, **penalty)
        ours = MLPClassifier(random_state=pair, step=step, **settings)
        if not pair:  # what is loaded and compiled once
            MLPClassifier(**{**settings, "max_iter": 1, "step": step_of(ours, data)}).fit(
                data.train, data.labels
            )
        fits = [lambda m=model: m.fit(data.train, data.labels) for model in (theirs, ours)]
        seconds.append([timed(fit, clock) for fit in fits])
        accuracies = theirs.score(data.test, data.truth), ours.score(data.test, data.truth)
    return summed(seconds, accuracies)


def step_of(model: MLPClassifier, data: Data) -> str:
    """Which step a whole `fit` takes."""
    from charmlp.estimator.parameters import config_of
    from charmlp.training.steps.choice import choose_step

    config = config_of(model.get_params())
    sizes = (data.train.shape[1], *config.hidden_size, len(np.unique(data.labels)))
    return choose_step(config, sizes, config.epochs * -(-len(data.labels) // config.batch_size))[0]


def search(pairs: int, clock: object, step: str) -> Result:
    """Nine settings in the five folds of scikit-learn; wall-clock seconds with one process, and with two."""
    data, seconds = digits(), []
    grid = {"hidden_layer_sizes": [50, 75, 100], "dropout": [0.0, 0.1, 0.2]}
    for _ in range(pairs):
        own = [
            GridSearchCV(MLPClassifier(max_iter=300, random_state=0, step=step), grid, n_jobs=jobs)
            for jobs in (1, 2)
        ]
        own[1].fit(data.train[:200], data.labels[:200])  # the processes are there
        fits = [lambda s=some: s.fit(data.train, data.labels) for some in own]
        seconds.append([timed(fit, time.perf_counter) for fit in fits])
    return summed(seconds)


def timed(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


def summed(seconds: list[list[float]], accuracies: tuple[float, float] | None = None) -> Result:
    pairs = np.array(seconds)
    first, second = np.median(pairs, axis=0).tolist()
    return Result(first, second, float(np.median(pairs[:, 0] / pairs[:, 1])), accuracies)


ROWS: dict[str, tuple[tuple[str, str], Callable[[int, Callable[[], float], str], Result]]] = {
    "letters": (
        ("batch 8, 1024-32-26, 12,000 letters, 30 epochs", "每批 8 个，1024-32-26，12,000 个字母，30 轮"),
        lambda pairs, clock, step: versus(
            rendered(string.ascii_uppercase, 32, 12_000), pairs, clock, step,
            hidden_layer_sizes=(32,), batch_size=8, max_iter=30, **EQUAL,
        ),
    ),
    "wide": (
        ("batch 200, 784-100-10, 20,000 digits, 20 epochs", "每批 200 个，784-100-10，20,000 个数字，20 轮"),
        lambda pairs, clock, step: versus(
            rendered(string.digits, 28, 20_000), pairs, clock, step,
            hidden_layer_sizes=(100,), batch_size=200, max_iter=20, **EQUAL,
        ),
    ),
    "digits": (
        ("default settings, scikit-learn's digits", "默认设置，scikit-learn 自带的 digits"),
        lambda pairs, clock, step: versus(digits(), pairs, clock, step),
    ),
    "search": (
        (
            "9 settings × 5 folds in `GridSearchCV`: n_jobs=1, n_jobs=2",
            "`GridSearchCV` 9 组设置 × 5 折：n_jobs=1、2",
        ),
        search,
    ),
}  # fmt: skip


def table(found: dict[str, Result], chinese: bool, processor: bool) -> str:
    heads = (
        "| | scikit-learn | charmlp | times as fast | accuracy |",
        "| | scikit-learn | charmlp | 快几倍 | 准确率 |",
    )
    lines = [heads[chinese], "|---|---|---|---|---|"]
    for name, result in found.items():
        words = ROWS[name][0][chinese]
        reached = "" if result.accuracies is None else "{:.1%}, {:.1%}".format(*result.accuracies)
        lines.append(
            f"| {words} | {result.theirs:.2f} s | {result.ours:.2f} s | {result.ratio:.1f} | {reached} |"
        )
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    clock = (
        ("Processor time, a thread each", "处理器时间，各用一个线程")
        if processor
        else ("Time on the wall", "实际时间")
    )
    cores = os.cpu_count()
    said = (
        f"{clock[0]}; {cores} cores, load {load:.0f} at the end. The last row is always time on the wall.",
        f"{clock[1]}；{cores} 个核，结束时系统负载 {load:.0f}。最后一行始终是实际时间。",
    )
    return "\n".join([*lines, "", said[chinese]]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", nargs="*", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--step", default="auto", help="of charmlp's")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the table into")
    parser.add_argument("--processor", action="store_true", help="processor time, not that of the wall")
    args = parser.parse_args()
    clock = time.process_time if args.processor else time.perf_counter
    warnings.simplefilter("ignore", ConvergenceWarning)
    found = {}
    for name in args.rows:
        found[name] = ROWS[name][1](args.pairs, clock, args.step)
        print(name, found[name], flush=True)
    for page in args.write:
        write_block(page, "benchmarks/estimator.py", table(found, "zh" in page.name, args.processor))


if __name__ == "__main__":
    main()
