"""How many labels that were flipped at random are found, and how long it takes; near-twins of 20,000 letters.

    python benchmarks/suspects.py ../shared/data/scene-letters
    python benchmarks/suspects.py DATA --write docs/check.md docs/check.zh-CN.md

DATA is a folder with training images and perhaps others, of which all are looked at, as `charmlp check` does.
Of the training labels 2 % become another class, drawn at random, once for each seed. Found is a flip that is
among the first twice as many suspects; those whose labels are wrong or odd by nature compete. Mean ± standard
deviation, fewest and most. Then `charmlp check DATA`, whole process, the quickest of five; and near-twins of
20,000 pictures: half of them noise, the other half the same with new noise on top.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does: cores share the parts

import numpy as np
from pages import write_block

from charmlp.data import open_source
from charmlp.evaluation.checking.looking import together
from charmlp.evaluation.outofsample import out_of_sample
from charmlp.evaluation.suspects import find_suspects
from charmlp.evaluation.twins import twin_groups
from charmlp.letters.letterset import LetterSet

SHARE, TIMES = 0.02, 5
WORDS = {
    "en": ("labels flipped", "among the first", "found", "fewest and most", "of all suspects", "suspects",
           "no label flipped", "`charmlp check DATA`", "`charmlp check DATA --suspects off`",
           "near-twins of 20,000 pictures", "seconds"),
    "zh": ("被改错的标签", "在前几个之中", "找到", "最少与最多", "在全部嫌疑之中", "嫌疑数",
           "没有标签被改", "`charmlp check DATA`", "`charmlp check DATA --suspects off`",
           "2 万张图像的近似重复", "秒"),
}  # fmt: skip


def flipped(letters: LetterSet, training: int, seed: int) -> tuple[LetterSet, np.ndarray]:
    """The letters with 2 % of the first `training` labels moved to another class; which ones."""
    rng = np.random.default_rng(seed)
    count = round(SHARE * training)
    at = rng.choice(training, count, replace=False)
    labels = letters.labels.copy()
    labels[at] = (labels[at] + rng.integers(1, len(letters.classes), count)) % len(letters.classes)
    return replace(letters, labels=labels), at


def twins_seconds() -> float:
    """Seconds for the groups of 20,000 pictures, a near-twin each."""
    rng = np.random.default_rng(0)
    own = rng.integers(0, 256, (10_000, 32, 32))
    others = np.clip(own + rng.normal(0, 10, own.shape), 0, 255)
    images = np.concatenate([own, others]).astype(np.uint8)
    start = time.perf_counter()
    groups = twin_groups(images)
    seconds = time.perf_counter() - start
    assert (groups[10_000:] == np.arange(10_000)).all(), "each has its twin"
    return seconds


def check_seconds(data: str, *flags: str) -> float:
    """Seconds of the whole process, the quickest of several."""
    best = float("inf")
    for _ in range(TIMES):
        start = time.perf_counter()
        command = [sys.executable, "-m", "charmlp", "check", data, *flags]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - start)
    return best


def mean_and_spread(shares: list[float]) -> str:
    return f"{statistics.mean(shares):.0f} ± {statistics.pstdev(shares):.0f} %"


def ends(numbers: list[float]) -> str:
    return f"{min(numbers):.0f}–{max(numbers):.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", help="folder with training images")
    parser.add_argument("--seeds", type=int, default=10, help="(default 10)")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the table into")
    args = parser.parse_args()
    source = open_source(args.data)
    letters = together([source.load(split, (32, 32)) for split in source.splits])
    training, groups = source.splits["train"], twin_groups(letters.images)
    first, every, counts, count = [], [], [], round(SHARE * training)
    for seed in range(args.seeds):
        changed, at = flipped(letters, training, seed)
        probabilities, known = out_of_sample(changed, groups, seed=seed)
        found = find_suspects(probabilities, changed.labels, known).index
        first.append(100 * np.isin(at, found[: 2 * count]).mean())
        every.append(100 * np.isin(at, found).mean())
        counts.append(len(found))
        print(f"seed {seed}: {first[-1]:.0f} %, of all {counts[-1]} suspects {every[-1]:.0f} %", flush=True)
    probabilities, known = out_of_sample(letters, groups)
    clean = find_suspects(probabilities, letters.labels, known)
    whole, off, twins = (
        check_seconds(args.data),
        check_seconds(args.data, "--suspects", "off"),
        twins_seconds(),
    )
    for language, words in WORDS.items():
        flips, among, share, spread, of_all, suspects, none, check, check_off, near, seconds = words
        lines = [
            f"| {flips} | {among} | {share} | {spread} | {of_all} | {suspects} |",
            "|---|---|---|---|---|---|",
            f"| {count} / {training:,} | {2 * count} | {mean_and_spread(first)} | {ends(first)} % "
            f"| {statistics.mean(every):.0f} % | {ends(counts)} |",
            f"| {none} | | | | | {len(clean)} |",
            "",
            f"| | {seconds} |",
            "|---|---|",
            f"| {check} | {whole:.1f} |",
            f"| {check_off} | {off:.1f} |",
            f"| {near} | {twins:.1f} |",
        ]
        for page in args.write:
            if ("zh" in page.name) == (language == "zh"):
                write_block(page, "benchmarks/suspects.py", "\n".join(lines) + "\n")
        if language == "en":
            print("\n".join(lines))


if __name__ == "__main__":
    main()
