"""Accuracy on other alphabets, and on capitals, small letters and digits together: rendered letters of fonts
that no training letter was drawn with.

    python benchmarks/alphabets.py --seeds 2
    python benchmarks/alphabets.py --only digits,alphanumeric --write docs/accuracy.md docs/accuracy.zh-CN.md

Each row is `charmlp train synth:60000 --classes ROW`, measured on its test letters; with each seed other
families are held out, the first time those of the command. Chinese needs fonts: `pip install
pylopdf-fonts-zh-cn`, and the machine's (docs/fonts.md). "as one" counts classes that are one picture when cut
out as one (O, 0 and o: docs/evaluation.md). Finished trainings are kept in runs/benchmark-alphabets.json.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
from pathlib import Path
from typing import Any

from accuracy import Benchmark, figure
from pages import write_block

from charmlp.config import BEST, override
from charmlp.data.labels import given_classes
from charmlp.evaluation import evaluate
from charmlp.recognizer import Recognizer
from charmlp.rendering import RenderedSource, open_rendered
from charmlp.rendering.source import complete_families, split_families
from charmlp.training.fit import fit
from charmlp.training.prepare import prepare
from charmlp.training.record import make_model

COUNT = 60_000
KEPT = Path("runs") / "benchmark-alphabets.json"
ROWS = {
    "digits": ("digits", "数字"),
    "letters": ("A–Z and a–z, apart", "A–Z 和 a–z，分开"),
    "alphanumeric": ("0–9, A–Z and a–z, apart", "0–9、A–Z 和 a–z，分开"),
    "greek": ("Greek, both cases one class", "希腊字母，大小写为一类"),
    "cyrillic": ("Cyrillic, both cases one class", "西里尔字母，大小写为一类"),
    "chinese": ("100 frequent Chinese characters", "100 个常用汉字"),
}
HEADS = (
    "| `--classes` | what | classes | families (to test) | seeds | test letters | as one | CPU seconds |",
    "| `--classes` | 内容 | 类别数 | 字体族（其中测试） | 种子数 | 测试字母 | 形近合并 | CPU 秒 |",
)


class Alphabets(Benchmark):
    """Runs what has not been run, and remembers it."""

    def __init__(self, kept: Path, finished: bool) -> None:
        self.kept, self.finished, self.identity = kept, finished, f"synth:{COUNT}"
        self.results = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}

    def alphabet(self, name: str, seed: int) -> dict[str, Any]:
        """Train and test on the classes of that name; the percent read right of the test letters."""
        config = override(BEST, {"seed": seed})

        def work() -> dict[str, Any]:
            source = holding_out(open_rendered(COUNT, given_classes(name), seed), seed)
            prepared = prepare(source, config)
            model = make_model(fit(config, prepared), prepared)
            found = evaluate(Recognizer(model), source, split="test")
            as_one = found.counted_as_one
            families = {
                split: sorted({font.family for font in fonts}) for split, fonts in source.fonts.items()
            }
            return {
                "all": 100 * found.accuracy,
                "as one": 100 * (as_one.accuracy if as_one else found.accuracy),
                "classes": len(found.classes),
                "families": len({*families["train"], *families["val"], *families["test"]}),
                "held out": families["test"],
                "pairs": [f"{a}{b} {count}" for a, b, count in found.pairs[:8]],
            }

        return self.once(name, seed, config, work)


def holding_out(source: RenderedSource, seed: int) -> RenderedSource:
    """The same letters to draw, with other families in the three splits for another seed."""
    fonts = sorted({font for fonts in source.fonts.values() for font in fonts})
    whole = complete_families(fonts, source.classes)
    split = split_families([font for font in fonts if font.family in whole], 2020 + seed)
    split["train"] = sorted(split["train"] + [font for font in fonts if font.family not in whole])
    return dataclasses.replace(source, fonts=split)


def table(found: dict[str, list[dict[str, Any]]], language: int) -> str:
    """The table of docs/accuracy.md, in English (0) or Chinese (1)."""
    lines = [HEADS[language], "|---|---|---|---|---|---|---|---|"]
    for name, results in found.items():
        first, seconds = results[0], statistics.mean(result["cpu"] for result in results)
        apart = figure(results, "as one") if first["as one"] != first["all"] else ""
        facts = f"{first['classes']} | {first['families']} ({len(first['held out'])})"
        figures = f"{len(results)} | {figure(results, 'all')} | {apart} | {seconds:.0f}"
        lines.append(f"| `{name}` | {ROWS[name][language]} | {facts} | {figures} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", help="names of rows, comma separated")
    parser.add_argument("--kept", type=Path, default=KEPT, help=f"finished rows (default {KEPT})")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the table into")
    parser.add_argument("--finished", action="store_true", help="run nothing, show what is kept")
    args = parser.parse_args()
    wanted = args.only.split(",") if args.only else list(ROWS)
    if unknown := set(wanted) - set(ROWS):
        parser.error(f"--only: no row is called {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    benchmark = Alphabets(args.kept, args.finished)
    found = {
        name: [result for seed in range(1, args.seeds + 1) if (result := benchmark.alphabet(name, seed))]
        for name in wanted
    }
    found = {name: results for name, results in found.items() if results}
    print("\n" + table(found, 0))
    for page in args.write:
        write_block(page, "benchmarks/alphabets.py", table(found, int("zh" in page.name)))


if __name__ == "__main__":
    main()
