"""Accuracy on photographs of letters: charmlp's recipes, their ingredients, and other programs.

    python benchmarks/accuracy.py ../shared/data/scene-letters
    python benchmarks/accuracy.py DATA --only best,nearest --seeds 3
    python benchmarks/accuracy.py DATA --write docs/accuracy.md docs/accuracy.zh-CN.md

DATA is a folder with training and validation images; its test images are not touched. Each finished training
is kept in runs/benchmark-accuracy.json, so that an interrupted benchmark goes on where it was; a row whose
settings change is run anew. Figures are percent of the validation images, mean ± standard deviation over the
seeds; "far" are the validation images for which no training image has an absolute correlation of 0.9 or more.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from kept import Kept, figure
from numpy.typing import NDArray
from pages import write_block
from PIL import Image
from rivals import RIVALS, SEEDLESS, SEEDS, Task, pixels

import charmlp
from charmlp.config import BEST, RECIPES, override
from charmlp.data import open_source
from charmlp.data.source import PictureSource
from charmlp.recognizer import Recognizer

SIZE = (32, 32)
FAR = 0.9
ABLATION_SEEDS = 3
KEPT = Path("runs") / "benchmark-accuracy.json"

# The recipes of the table: name, settings beside the recipe's own, words in English and in Chinese.
ALONE = {"synth_ratio": 0.0}
MORE_DROPOUT = {"dropout": 0.5, "input_dropout": 0.2, "batch_size": 64, "lr": 1.5e-3, "updates": 800}
ROWS: dict[str, tuple[dict[str, Any], str, str]] = {
    "slides": ({}, "recipe slides", "配方 slides"),
    "plain": (
        ALONE | {"augment": False} | MORE_DROPOUT,
        "photographs, no augmentation",
        "照片，无增强",
    ),
    "augmented": (
        ALONE | {"dropout": 0.3, "input_dropout": 0.1},
        "photographs, augmentation",
        "照片，有增强",
    ),
    "rendered": ({}, "rendered letters alone (synth:60000)", "只用渲染字母 (synth:60000)"),
    "best": ({}, "recipe best", "配方 best"),
    "hand": ({}, "recipe hand", "配方 hand"),
    "small": (
        {"hidden_size": (32,), "norm_size": SIZE, "lr": 4e-3, "synth_ratio": 0.5, "updates": 9600},
        "1024-32-26",
        "1024-32-26",
    ),
}
ABLATIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "scale": (
        {"preprocessing": "scale"},
        "pixels to [-1, 1], not standardised",
        "像素缩放到 [-1, 1]，不标准化",
    ),
    "augment": ({"augment": False}, "no augmentation", "无增强"),
    "synth": (ALONE, "no rendered letters", "无渲染字母"),
    "ema": ({"ema_decay": 0.0}, "no moving average", "无滑动平均"),
    "schedule": ({"schedule": "constant", "warmup": 0.0}, "constant learning rate", "恒定学习率"),
    "warmup": ({"warmup": 0.0}, "no warm-up", "无预热"),
    "smoothing": ({"label_smoothing": 0.0}, "no label smoothing", "无标签平滑"),
    "dropout": ({"dropout": 0.1}, "with dropout 0.1", "加 dropout 0.1"),
    "decay": ({"weight_decay": 0.0}, "no weight decay", "无权重衰减"),
    "layer": ({"hidden_size": (512,)}, "one hidden layer, 512", "一个隐藏层，512"),
    "large": ({"norm_size": SIZE, "updates": 2500}, "pictures of 32×32", "输入 32×32"),
    "keep": ({"keep": "best"}, "the best epoch of all kept", "保留所有轮次中最好的一轮"),
    "clip": ({"clip_norm": 1.0}, "with gradient clipping at 1", "加梯度裁剪（1）"),
    "weights": ({"class_weights": "balanced"}, "with class weights", "加类别权重"),
}
RIVAL_WORDS = {
    "nearest": ("1-nearest neighbour, standardised pixels", "1 近邻，标准化像素"),
    "scikit-mlp": ("scikit-learn MLPClassifier, 512 hidden", "scikit-learn MLPClassifier，隐藏层 512"),
    "hog-svc": ("HOG (scikit-image) + SVC", "HOG (scikit-image) + SVC"),
    "tesseract": ("Tesseract, single character", "Tesseract，单字符模式"),
    "cnn": ("a small CNN in PyTorch, same letters as best", "PyTorch 小型 CNN，训练字母同 best"),
}
TTA = (2, 8, 16)  # measured on the models of recipe best


class Benchmark:
    """The photographs, and what is measured on them."""

    def __init__(self, data: str, kept: Kept) -> None:
        self.data, self.kept = data, kept
        self.source = open_source(data)
        self.identity = self.source.identity()
        self.training, self.validation = self.source.load("train", SIZE), self.source.load("val", SIZE)
        self.far = np.abs(pixels(self.validation) @ pixels(self.training).T).max(axis=1) / 1024 < FAR

    def picture(self, number: int) -> Image.Image:
        """Validation image `number` as it is on disk."""
        source = open_source(self.data)
        assert isinstance(source, PictureSource)
        part = source.parts["val"]
        (found,) = part.pictures([part.names[number]])
        return found if isinstance(found, Image.Image) else Image.open(found)

    def scores(self, answers: NDArray[np.int64]) -> dict[str, float]:
        """Percent right, of all and of those far from any training image."""
        right = answers == self.validation.labels
        return {"all": 100 * float(right.mean()), "far": 100 * float(right[self.far].mean())}

    def recipe(self, name: str, settings: dict[str, Any], seed: int) -> dict[str, Any]:
        """Train as `charmlp train` does; the kept epoch's figures and the last epoch's."""
        recipe = RECIPES.get(name, BEST)
        config = override(recipe, settings | {"seed": seed})
        data = "synth:60000" if name == "rendered" else self.data

        def work() -> dict[str, Any]:
            with tempfile.TemporaryDirectory() as folder:
                run = charmlp.train(data, recipe=config, out=Path(folder) / "run")
            images = self.source.load("val", run.model.norm_size, view=run.model.view).images
            found: dict[str, Any] = self.scores(Recognizer(run.model).logits(images).argmax(axis=1))
            last = run.fit.history[-1].validation
            if name != "rendered" and last is not None:
                found["last"] = 100 * last.accuracy
            found["parameters"] = run.model.n_parameters
            if name == "best":
                for count in TTA:
                    logits = Recognizer(run.model, count).logits(images)
                    found[f"tta {count}"] = self.scores(logits.argmax(axis=1))["all"]
            return found

        return self.kept.once(name, seed, f"{self.identity} {config}", work)

    def rival(self, name: str, seed: int) -> dict[str, Any]:
        """Another program's figures on the same images."""

        task = Task(self.training, self.validation, self.picture, seed)
        return self.kept.once(name, seed, f"{self.identity} ", lambda: dict(self.scores(RIVALS[name](task))))


def table(found: dict[str, list[dict[str, Any]]], language: int) -> str:
    """The tables of docs/accuracy.md, in English (0) or Chinese (1)."""
    heads = (
        (
            "| What | validation | far | last epoch | parameters | CPU seconds |",
            "| 方法 | 验证集 | far | 最后一轮 | 参数 | CPU 秒 |",
        ),
        ("| Recipe best, but | validation | worth |", "| 配方 best，但是 | 验证集 | 作用 |"),
        ("| `--tta` | validation |", "| `--tta` | 验证集 |"),
    )
    lines = [heads[0][language], "|---|---|---|---|---|---|"]
    for name, (_, *words) in ROWS.items():
        lines.append(row(words[language], found.get(name, [])))
    for name, words in RIVAL_WORDS.items():
        lines.append(row(words[language], found.get(name, [])))
    best = [result["all"] for result in found.get("best", [])]
    if best:
        lines += ["", heads[1][language], "|---|---|---|"]
        for name, (_, *words) in ABLATIONS.items():
            results = found.get(f"best-{name}", [])
            if results:
                same = statistics.mean(best[: len(results)])  # the same seeds
                worth = same - statistics.mean(result["all"] for result in results)
                lines.append(f"| {words[language]} | {figure(results, 'all')} | {worth:+.1f} |")
        lines += ["", heads[2][language], "|---|---|"]
        lines.append(f"| 1 | {figure(found['best'], 'all')} |")
        lines += [f"| {count} | {figure(found['best'], f'tta {count}')} |" for count in TTA]
    return "\n".join(lines) + "\n"


def row(words: str, results: list[dict[str, Any]]) -> str:
    """One line of the first table; the reason where it could not be measured."""
    reasons = [result["reason"] for result in results if "reason" in result]
    if reasons:
        return f"| {words} | {reasons[0]} | | | | |"
    parameters = f"{results[0]['parameters']:,}" if results and "parameters" in results[0] else ""
    spent = [result["cpu"] for result in results if "cpu" in result]
    seconds = f"{statistics.mean(spent):.0f}" if spent else ""
    figures = " | ".join(figure(results, key) for key in ("all", "far", "last"))
    return f"| {words} | {figures} | {parameters} | {seconds} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", help="folder with training and validation images")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", help="names of rows, comma separated")
    parser.add_argument("--kept", type=Path, default=KEPT, help=f"finished rows (default {KEPT})")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the tables into")
    parser.add_argument("--finished", action="store_true", help="run nothing, show what is kept")
    args = parser.parse_args()
    names = [*ROWS, *RIVALS, *(f"best-{name}" for name in ABLATIONS)]
    wanted = args.only.split(",") if args.only else names
    if unknown := set(wanted) - set(names):
        parser.error(f"--only: no row is called {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    benchmark = Benchmark(args.data, Kept(args.kept, args.finished))
    print(f"{len(benchmark.validation)} validation images, {benchmark.far.sum()} of them far")
    found: dict[str, list[dict[str, Any]]] = {}
    for name in wanted:
        ablation = ABLATIONS.get(name.removeprefix("best-")) if name.startswith("best-") else None
        seeds = (
            1 if name in SEEDLESS else min(args.seeds, SEEDS.get(name, ABLATION_SEEDS if ablation else 99))
        )
        for seed in range(1, seeds + 1):
            if name in RIVALS:
                result = benchmark.rival(name, seed)
            else:
                result = benchmark.recipe(name, ablation[0] if ablation else ROWS[name][0], seed)
            if result:
                found.setdefault(name, []).append(result)
    print("\n" + table(found, 0))
    for page in args.write:
        write_block(page, "benchmarks/accuracy.py", table(found, int("zh" in page.name)))


if __name__ == "__main__":
    main()
