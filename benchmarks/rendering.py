"""How many letters are rendered, in print and by hand, and augmented, in a second.

    python benchmarks/rendering.py
    python benchmarks/rendering.py --write docs/rendering.md docs/rendering.zh-CN.md

Both are measured by turns, on one core and on all, best of several rounds; also in letters to a second of
processor time, which is what a busy machine cannot change much. Glyphs are drawn and loops compiled before.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pages import write_block

from charmlp.data.augment import augment
from charmlp.rendering import render
from charmlp.rendering.fonts import LETTERS, find_fonts
from charmlp.rendering.strokes import stroke_sets
from charmlp.system import threads

COUNT = 16_384
ROUNDS = 7
SIZE = (32, 32)


def measure() -> list[tuple[int, str, float, float]]:
    """Rows of cores, work, letters a second, letters to a second of processor time."""
    options = {"classes": tuple(LETTERS[:26]), "norm_size": SIZE, "cache": False}
    fonts, hands = find_fonts(), find_fonts(writing="hand")

    def rendered() -> np.ndarray:
        return render(COUNT, seed=1, fonts=fonts, **options).images

    def handwritten() -> np.ndarray:
        return render(COUNT, seed=1, fonts=hands, strokes=stroke_sets(), style="hand", **options).images

    images = rendered()
    handwritten()
    works: dict[str, Callable[[], object]] = {
        "rendered": rendered,
        "handwritten": handwritten,
        "augmented": lambda: augment(images, np.random.default_rng(1)),
    }
    most = threads.cores()
    best: dict[tuple[int, str], tuple[float, float]] = {}
    for _ in range(ROUNDS):
        for cores in sorted({1, most}):
            threads.cores = lambda cores=cores: cores
            for name, work in works.items():
                wall, processor = time.perf_counter(), time.process_time()
                work()
                figures = COUNT / (time.perf_counter() - wall), COUNT / (time.process_time() - processor)
                seen = best.get((cores, name), (0.0, 0.0))
                best[cores, name] = max(seen[0], figures[0]), max(seen[1], figures[1])
    return [(cores, name, *figures) for (cores, name), figures in sorted(best.items(), key=str)]


def table(rows: list[tuple[int, str, float, float]], language: int) -> str:
    """The table of docs/rendering.md, in English (0) or Chinese (1)."""
    words = {
        "rendered": ("rendered in print", "渲染印刷体"),
        "handwritten": ("rendered by hand", "渲染手写体"),
        "augmented": ("augmented", "增强"),
    }
    heads = ("| Letters | cores | a second | to a CPU second |", "| 字母 | 核数 | 每秒 | 每 CPU 秒 |")
    lines = [heads[language], "|---|---|---|---|"]
    lines += [f"| {words[name][language]} | {cores} | {a:,.0f} | {b:,.0f} |" for cores, name, a, b in rows]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the table into")
    args = parser.parse_args()
    rows = measure()
    print(table(rows, 0))
    for page in args.write:
        write_block(page, "benchmarks/rendering.py", table(rows, int("zh" in page.name)))


if __name__ == "__main__":
    main()
