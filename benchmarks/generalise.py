"""What generalises: recipe best with one thing changed, on letters that nobody tuned it to.

    python benchmarks/generalise.py ../shared/data/scene-letters
    python benchmarks/generalise.py DATA --only best,elastic --seeds 5 --mode alone
    python benchmarks/generalise.py DATA --write docs/accuracy.md docs/accuracy.zh-CN.md

Each variant (`variants.py`) is trained twice with every seed: *alone*, on rendered letters without a
photograph, so that all photographs are unseen;
and *mixed* with the training photographs, as recipe best does.
In both, tenths of the families of fonts and of the sets of strokes are held out. Finished trainings are kept
in runs/benchmark-generalise.json.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
from contextlib import ExitStack, nullcontext
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import ingredients
import numpy as np
from kept import Kept, figure, processor_time
from numpy.typing import NDArray
from pages import write_block
from shifted import LARGE, shifted
from variants import INKED, SCREENED, SETTLED, VARIANTS, Variant

from charmlp import calculus
from charmlp.config import BEST, TrainingConfig, View, override
from charmlp.data import augment, open_source
from charmlp.images import to_inputs
from charmlp.letters.letterset import LetterSet
from charmlp.rendering import kinds, render
from charmlp.rendering.source import open_rendered
from charmlp.rendering.style import Style
from charmlp.training.fit import make_trainer
from charmlp.training.prepare import Prepared
from charmlp.training.steps.parameters import Parameters

KEPT = Path("runs") / "benchmark-generalise.json"
MODES = ("alone", "mixed")
STYLES = ("print", "hand", "all")
COUNT, HELD_OUT = 60_000, 2_000  # rendered letters
Size = tuple[int, int]


class Benchmark:
    """The letters, each read or drawn once, and what is measured on them."""

    def __init__(self, data: str, kept: Kept) -> None:
        self.kept, self.source = kept, open_source(data)
        self.rendered = {style: open_rendered(COUNT, style=style, held_out=HELD_OUT) for style in STYLES}
        self.photographs = cache(self.photographs)
        self.held_out = cache(self.held_out)

    def photographs(self, split: str, size: Size, view: View) -> tuple[LetterSet, LetterSet]:
        """A split of the photographs, and its shifted copy."""
        letters, large = self.source.load(split, size, view=view), self.source.load(split, LARGE)
        return letters, dataclasses.replace(letters, images=shifted(large.images, size, view.crop))

    def held_out(self, style: str, split: str, size: Size) -> LetterSet:
        """Letters of held-out families: `val` chooses the epoch without photographs, `test` measures."""
        return self.rendered[style].load(split, size)

    def drawn(self, variant: Variant, config: TrainingConfig) -> LetterSet:
        """Letters to learn from, of the other families."""
        size, source = config.norm_size, self.rendered["all" if variant.hand else "print"]
        if variant.style != Style():
            fonts, classes = source.fonts["train"], source.classes
            count, seed = config.synth_count, 3 * config.seed
            return render(count, classes=classes, norm_size=size, seed=seed, fonts=fonts, style=variant.style)
        with patch.object(kinds, "HAND", variant.hand):
            source = dataclasses.replace(source, counts={"train": config.synth_count}, seed=config.seed)
            return source.load("train", size)

    def prepared(self, variant: Variant, mode: str, config: TrainingConfig) -> Prepared:
        """What a net learns from, and what its epoch is chosen by."""
        size, drawn = config.norm_size, self.drawn(variant, config)
        if mode == "alone":
            return Prepared(drawn, self.held_out("all" if variant.hand else "print", "val", size), None, "")
        training, validation = (self.photographs(split, size, config.view)[0] for split in ("train", "val"))
        return Prepared(training, validation, drawn, "")

    def measure(self, name: str, mode: str, seed: int) -> dict[str, Any]:
        """A variant's figures, of the kept epoch and, as `last …`, of the last one."""
        variant = VARIANTS[name]
        config = override(BEST, {"seed": seed} | dict(variant.settings))

        def work() -> dict[str, Any]:
            nets, spent = [], 0.0
            for number in range(variant.nets):
                own = dataclasses.replace(config, seed=seed + 100 * number)
                prepared = self.prepared(variant, mode, own)
                start = processor_time()
                nets.append(trained(own, prepared, variant))
                spent += processor_time() - start
            found: dict[str, Any] = {"cpu": spent, "epoch": nets[0][0]}
            found["parameters"] = sum(kept.flat.size for _, kept, _ in nets)
            for prefix, which in (("", 1), ("last ", 2)):
                read = partial(answers, config, [net[which] for net in nets])
                found |= {prefix + key: value for key, value in self.scores(read, config, mode).items()}
            return found

        facts = f"{self.source.identity()} {config} {variant.facts()}"
        return self.kept.once(f"{mode} {name}", seed, facts, work)

    def scores(self, read: Any, config: TrainingConfig, mode: str) -> dict[str, float]:
        """Percent read right of each set; `photographs` are those of training and validation together."""
        size, sets = config.norm_size, {}
        sets["validation"], sets["validation shifted"] = self.photographs("val", size, config.view)
        if mode == "alone":
            sets["training"], sets["training shifted"] = self.photographs("train", size, config.view)
        for style in ("print", "hand"):
            sets[style] = self.held_out(style, "test", size)
        right = {key: read(each.images) == each.labels for key, each in sets.items()}
        if mode == "alone":
            for kind in ("", " shifted"):
                both = [right[f"validation{kind}"], right.pop(f"training{kind}")]
                right[f"photographs{kind}"] = np.concatenate(both)
        return {key: 100 * float(each.mean()) for key, each in right.items()}


def trained(
    config: TrainingConfig, prepared: Prepared, variant: Variant
) -> tuple[int, Parameters, Parameters]:
    """The kept epoch, its parameters, and those of the last epoch."""
    trainer = make_trainer(config, prepared)
    with ExitStack() as stack:
        stack.enter_context(patch.object(augment, "Augmentation", lambda: variant.augmentation))
        name, *arguments = variant.way or ("",)
        way = getattr(ingredients, name)(trainer, *arguments) if name else nullcontext()
        stack.enter_context(way)
        trainer.run()
    kept = trainer.kept
    assert kept.parameters is not None
    return kept.epoch, Parameters.of(trainer.sizes, kept.parameters), trainer.step.averaged().copy()


def answers(config: TrainingConfig, nets: list[Parameters], images: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The classes that nets read together."""
    inputs = to_inputs(images, config.preprocessing)
    logits = sum(calculus.mlp(inputs, net.weights, net.biases, config.act_type) for net in nets)
    return np.asarray(logits).argmax(axis=1)


HEADS = (
    "| {} | seeds | validation | photographs | shifted | print | hand "
    "| seeds | validation | worst | last epoch | shifted | print | hand | CPU s | parameters |",
    "| {} | 种子 | 验证集 | 照片 | 变动后 | 印刷 | 手写 "
    "| 种子 | 验证集 | 最差 | 最后一轮 | 变动后 | 印刷 | 手写 | CPU 秒 | 参数 |",
)
FIRST = (
    {"Recipe best as it was, but": SCREENED, "Then, but": SETTLED, "Recipe best, but": INKED},
    {"原来的配方 best，但是": SCREENED, "当时，但是": SETTLED, "现在的配方 best，但是": INKED},
)
ALONE = ("validation", "photographs", "photographs shifted", "print", "hand")
MIXED = ("last validation", "validation shifted", "print", "hand")
Found = dict[str, dict[str, list[dict[str, Any]]]]  # by variant and mode


def table(found: Found, language: int) -> str:
    """The tables of docs/accuracy.md, in English (0) or Chinese (1)."""
    lines = []
    for first, variants in FIRST[language].items():
        head = HEADS[language].format(first)
        lines += ["", head, "|" + "---|" * (head.count("|") - 1)]
        lines += [row(variants[name], found[name], language) for name in variants if name in found]
    return "\n".join(lines[1:]) + "\n"


def row(variant: Variant, modes: dict[str, list[dict[str, Any]]], language: int) -> str:
    """One line: words, what the nets trained alone read, what those trained mixed read, what it costs."""
    alone, mixed = (modes.get(mode, []) for mode in MODES)
    worst = f"{min(result['validation'] for result in mixed):.1f}" if mixed else ""
    cells = [variant.chinese if language else variant.english]
    cells += [str(len(alone) or ""), *(figure(alone, key) for key in ALONE)]
    cells += [
        str(len(mixed) or ""),
        figure(mixed, "validation"),
        worst,
        *(figure(mixed, key) for key in MIXED),
    ]
    some = mixed or alone
    cells += [f"{statistics.mean(result['cpu'] for result in some):.0f}", f"{some[0]['parameters']:,}"]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", help="folder with training and validation images")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--only", help="names of variants, comma separated")
    parser.add_argument("--mode", choices=MODES, help="one of the two trainings alone")
    parser.add_argument("--kept", type=Path, default=KEPT, help=f"finished trainings (default {KEPT})")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the table into")
    parser.add_argument("--finished", action="store_true", help="train nothing, show what is kept")
    args = parser.parse_args()
    wanted = args.only.split(",") if args.only else list(VARIANTS)
    if unknown := set(wanted) - set(VARIANTS):
        parser.error(f"--only: no variant is called {', '.join(sorted(unknown))}; {', '.join(VARIANTS)}")
    benchmark = Benchmark(args.data, Kept(args.kept, args.finished))
    found: Found = {}
    for name in wanted:
        for seed in range(1, args.seeds + 1):
            for mode in [args.mode] if args.mode else MODES:
                if result := benchmark.measure(name, mode, seed):
                    found.setdefault(name, {}).setdefault(mode, []).append(result)
    print("\n" + table(found, 0))
    for page in args.write:
        write_block(page, "benchmarks/generalise.py", table(found, int("zh" in page.name)))


if __name__ == "__main__":
    main()
