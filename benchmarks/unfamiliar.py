"""Whether a model can tell pictures that are unlike all that it was trained with, and by which distance best.

    python benchmarks/unfamiliar.py ../shared/data/scene-letters
    python benchmarks/unfamiliar.py DATA --write docs/evaluation.md docs/evaluation.zh-CN.md

DATA is a folder with training and validation photographs of letters. Three models of recipe best: trained
on them, on 20,000 letters as on signs (synth:print:20000), and on 20,000 written by hand (synth:hand:20000);
they are kept in runs/unfamiliar/, where a later run finds them. Every distance is fitted to 2,048 training
letters as training sees them and gets its limit from one half of the validation letters: 1 % of them are
beyond it. Measured on the other half and on strange pictures (`KINDS`): the AUROC, which is the chance that a
strange picture is further off than a letter held out (0.5 is a guess), and the share beyond the limit.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pages import write_block
from PIL import Image
from scipy.stats import rankdata

import charmlp
from charmlp import calculus
from charmlp.calculus.familiarity import Familiarity, features, fit_gaussian, parts, strangeness
from charmlp.config import BEST, override
from charmlp.data import open_source
from charmlp.images import to_inputs
from charmlp.letters import LetterSet
from charmlp.modelfile import Model, read_model
from charmlp.rendering import open_rendered
from charmlp.training.familiarity import seen_inputs
from charmlp.training.feed import Chunks, Pictures
from charmlp.training.order import Order
from charmlp.training.prepare import prepare

Array = NDArray[Any]

SIZE, COUNT, KEPT = (32, 32), 1000, Path("runs") / "unfamiliar"
MODELS = {"photographs": "", "print": "synth:print:20000", "hand": "synth:hand:20000"}
TURNED = "ABCDEFGJKLPQRTVY"  # upside down they are no other letter
SIGNS = "&?!%#@$+=*"
PCA = 32
KINDS = {  # of pictures, in English and Chinese
    "held out": "留出字母",
    "photographs": "照片中的字母",
    "print": "招牌字体",
    "hand": "手写字母",
    "digits": "数字 2–9",
    "signs": "符号",
    "upside down": "倒置的字母",
    "three letters": "三个字母",
    "things": "其他照片",
    "textures": "纹理",
    "shading": "几乎空白",
    "noise": "噪声",
}
DISTANCES = {
    "pixels, 32 principal directions": "像素，32 个主方向",
    "shape: 6×6 DCT": "形状：6×6 DCT",
    "look: rings of the DCT, tones": "外观：DCT 各环能量与色调",
    "last hidden layer, class means": "末隐藏层，到类均值的马氏距离",
    "last hidden layer, nearest mean": "末隐藏层，最近的类均值",
    "energy of the logits": "logits 的能量",
    "largest logit": "最大 logit",
    "**shape, look and largest logit**": "**形状、外观与最大 logit 合并**",
}
CHOSEN = [*DISTANCES][-1]


class Seen(NamedTuple):
    """Pictures as a model sees them: inputs, its last hidden layer, its logits; N rows each."""

    x: Array
    hidden: Array
    logits: Array


Distance = Callable[[Seen], Array]


def seen_by(model: Model, x: Array) -> Seen:
    """What the model makes of inputs N×D."""
    *_, last = layers = calculus.mlp_layers(x, model.weights, model.biases, model.act_type)
    return Seen(x, layers[-2].y, last.y)


# ── pictures ───────────────────────────────────────────────────────────────────────────────────────────


def strange_pictures(data: str) -> dict[str, Array]:
    """uint8 N×32×32 of each of `KINDS` but the first."""
    generator = np.random.default_rng(5)
    by_hand = rendered("hand")
    print_ = rendered("print")
    turned = [print_.classes.index(name) for name in TURNED]
    upside = print_.images[np.isin(print_.labels, turned), ::-1, ::-1]
    three = [
        resized(np.concatenate(print_.images[generator.integers(0, COUNT, 3)], axis=1)) for _ in range(COUNT)
    ]
    return {
        "photographs": open_source(data).load("val", SIZE).images,
        "print": print_.images,
        "hand": by_hand.images,
        "digits": rendered("print", "23456789").images,
        "signs": rendered("print", SIGNS).images,
        "upside down": upside,
        "three letters": np.stack(three),
        "things": squares(sample_photographs(), generator),
        "textures": squares([sample(name) for name in ("brick", "grass", "gravel")], generator),
        "shading": shading(generator),
        "noise": generator.normal(128, 40, (COUNT, *SIZE)).clip(0, 255).astype(np.uint8),
    }


def rendered(style: str, classes: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ") -> LetterSet:
    """Letters of fonts and strokes that are held out for tests."""
    return open_rendered(10 * COUNT, tuple(classes), 99, style=style, held_out=COUNT).load("test", SIZE)


def resized(grey: Array) -> Array:
    return np.asarray(Image.fromarray(grey).resize(SIZE[::-1], Image.Resampling.BILINEAR))


def sample(name: str) -> Array:
    """One of scikit-image's pictures, grey."""
    import skimage.data

    return np.asarray(Image.fromarray(getattr(skimage.data, name)()).convert("L"))


def sample_photographs() -> list[Array]:
    """Photographs of things that scikit-learn and scikit-image bring along."""
    from sklearn.datasets import load_sample_images

    found = [np.asarray(Image.fromarray(image).convert("L")) for image in load_sample_images().images]
    return found + [
        sample(name) for name in ("astronaut", "camera", "coffee", "chelsea", "rocket", "coins", "moon")
    ]


def squares(pictures: list[Array], generator: np.random.Generator) -> Array:
    """Squares of any size cut out of them, none of them blank."""
    found: list[Array] = []
    while len(found) < COUNT:
        picture = pictures[generator.integers(len(pictures))]
        side = int(generator.integers(32, min(picture.shape) // 2))
        top, left = (int(generator.integers(whole - side)) for whole in picture.shape)
        square = resized(picture[top : top + side, left : left + side])
        if np.ptp(square) >= 8:
            found.append(square)
    return np.stack(found)


def shading(generator: np.random.Generator) -> Array:
    """Empty paper in uneven light, with the grain of a camera."""
    down, across = np.mgrid[-1:1:32j, -1:1:32j]
    ends = np.array([(0, 6.28), (4, 40), (0.5, 4)])
    angle, step, grain = generator.uniform(ends[:, :1], ends[:, 1:], (3, COUNT))[:, :, None, None]
    light = 128 + step * (np.cos(angle) * across + np.sin(angle) * down)
    return (light + grain * generator.normal(size=light.shape)).clip(0, 255).astype(np.uint8)


# ── models and distances ───────────────────────────────────────────────────────────────────────────────


def model_of(name: str, data: str) -> Model:
    """The kept model, or one that is trained now."""
    path = KEPT / f"{name}.safetensors"
    if not path.is_file():
        charmlp.train(MODELS[name] or data, out=KEPT / name, overwrite=True, model_path=path)
    return read_model(path)


def distances(model: Model, training: Seen, labels: Array, held_out: Seen) -> dict[str, tuple[Distance, int]]:
    """Every candidate, fitted, and how many numbers it takes in a model's file."""
    coarse, fine = features(training.x, SIZE)
    shape, look = fit_gaussian(coarse), fit_gaussian(fine)
    e = parts(shape, look, *features(held_out.x, SIZE), held_out.logits).astype(np.float64)
    known = Familiarity(shape, look, e.mean(axis=0), e.std(axis=0), 0.0, 0.0)

    def part(number: int) -> Distance:
        return lambda seen: parts(shape, look, *features(seen.x, SIZE), seen.logits)[:, number]

    hidden, classes = training.hidden.astype(np.float64), len(model.classes)
    means = np.stack([hidden[labels == label].mean(axis=0) for label in range(classes)])
    white = fit_gaussian(hidden - means[labels]).whitening.astype(np.float64)
    numbers = {width: width * (width + 3) // 2 for width in (coarse.shape[1], fine.shape[1])}
    found: list[tuple[Distance, int]] = [
        (principal(training.x), (PCA + 1) * training.x.shape[1] + PCA),
        (part(0), numbers[coarse.shape[1]]),
        (part(1), numbers[fine.shape[1]]),
        (
            lambda seen: nearest(seen.hidden @ white, means @ white),
            means.size + len(white) * (len(white) + 1) // 2,
        ),
        (lambda seen: nearest(seen.hidden, means), means.size),
        (lambda seen: -np.log(np.exp(seen.logits.astype(np.float64)).sum(axis=1)), 0),
        (part(2), 0),
        (lambda seen: strangeness(known, seen.x, seen.logits, SIZE), sum(numbers.values()) + 6),
    ]
    return dict(zip(DISTANCES, found, strict=True))


def principal(x: Array) -> Distance:
    """Mahalanobis within the first principal directions, what is left by its mean variance beside them."""
    mean = x.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(x.T))
    inside, within = directions[:, -PCA:], variances[-PCA:]
    left = variances[:-PCA].mean()

    def distance(seen: Seen) -> Array:
        centred = seen.x - mean
        along = (centred @ inside) ** 2
        return np.asarray(
            (along / within).sum(axis=1) + ((centred**2).sum(axis=1) - along.sum(axis=1)) / left
        )

    return distance


def nearest(points: Array, means: Array) -> Array:
    """The squared distance to the nearest of the means."""
    squares = (points**2).sum(axis=1)[:, None] - 2 * points @ means.T + (means**2).sum(axis=1)
    return np.asarray(squares.min(axis=1))


class Figure(NamedTuple):
    """AUROC; percent beyond the limits that 1 % and 10 % of the letters held out are beyond."""

    auroc: float
    flagged: float
    stranger: float


Figures = dict[str, dict[str, Figure]]  # by distance and kind of pictures


def measure(name: str, data: str, strange: dict[str, Array]) -> tuple[Figures, dict[str, int]]:
    """What each distance makes of each kind of pictures, and how many numbers it takes."""
    config = override(BEST, {"seed": BEST.seed})
    model, source = model_of(name, data), open_source(MODELS[name] or data, seed=BEST.seed)
    prepared = prepare(source, config)
    beside = None if prepared.rendered is None else prepared.rendered.labels
    order = Order(config, len(model.classes), prepared.training.labels, beside)
    feed = Pictures(config.preprocessing, prepared.training, prepared.rendered)
    chunks = Chunks(config, order, feed)
    x = np.concatenate(seen_inputs(chunks))
    labels = feed.labels[order.epoch(1)[: len(x)]]
    assert prepared.validation is not None
    halves = [
        seen_by(model, to_inputs(prepared.validation.images[start::2], config.preprocessing))
        for start in (0, 1)
    ]
    pictures = {"held out": halves[1]} | {
        kind: seen_by(model, to_inputs(np.ascontiguousarray(images), config.preprocessing))
        for kind, images in strange.items()
    }
    found: Figures = {}
    fitted = distances(model, seen_by(model, x), labels, halves[0])
    for way, (distance, _) in fitted.items():
        tenth, limit = np.quantile(distance(halves[0]), (0.9, 0.99))
        usual = distance(halves[1])
        found[way] = {}
        for kind, seen in pictures.items():
            values = distance(seen)
            shares = [100 * float((values > edge).mean()) for edge in (limit, tenth)]
            found[way][kind] = Figure(auroc(usual, values), *shares)
    return found, {way: numbers for way, (_, numbers) in fitted.items()}


def auroc(usual: Array, strange: Array) -> float:
    """The chance that one of the second is larger than one of the first."""
    ranks = rankdata(np.concatenate([usual, strange]))[len(usual) :]
    return float((ranks.sum() - len(strange) * (len(strange) + 1) / 2) / (len(usual) * len(strange)))


# ── tables ─────────────────────────────────────────────────────────────────────────────────────────────


def table(found: dict[str, Figures], numbers: dict[str, int], chinese: bool) -> str:
    """The chosen distance by model and kind; below it all distances, mean of the models."""
    say: Callable[[str], str] = (lambda words: CHINESE.get(words, words)) if chinese else str
    heads = [say(f"model of {name}") for name in found]
    lines = ["| " + " | ".join([say("pictures"), *heads]) + " |", "|---" * (len(heads) + 1) + "|"]
    for kind in KINDS:
        cells = [cell(figures[CHOSEN][kind], with_tenth=True) for figures in found.values()]
        lines.append(f"| {say(kind)} | {' | '.join(cells)} |")
    kinds = [kind for kind in KINDS if kind != "held out"]
    lines += ["", "| " + " | ".join([say("distance"), "kB", *(say(kind) for kind in kinds)]) + " |"]
    lines.append("|---" * (len(kinds) + 2) + "|")
    for way in DISTANCES:
        cells = [
            cell(mean([figures[way][kind] for name, figures in found.items() if name != kind]))
            for kind in kinds
        ]
        lines.append(f"| {say(way)} | {2 * numbers[way] / 1000:.1f} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


CHINESE = (
    KINDS
    | DISTANCES
    | {
        "pictures": "图像",
        "distance": "距离",
        "model of photographs": "照片模型",
        "model of print": "招牌字体模型",
        "model of hand": "手写模型",
    }
)


def mean(figures: list[Figure]) -> Figure:
    return Figure(*(float(np.mean(column)) for column in zip(*figures, strict=True)))


def cell(figure: Figure, *, with_tenth: bool = False) -> str:
    """`0.91 · 32 %`: AUROC and share beyond the limit; in brackets the share beyond the tenth."""
    beyond = f" ({figure.stranger:.0f})" if with_tenth else ""
    return f"{figure.auroc:.2f} · {figure.flagged:.0f}{beyond} %"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", help="folder with training and validation images")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the tables into")
    args = parser.parse_args()
    strange = strange_pictures(args.data)
    measured = {name: measure(name, args.data, strange) for name in MODELS}
    found = {name: figures for name, (figures, _) in measured.items()}
    numbers = measured["print"][1]
    for page in args.write:
        write_block(page, "benchmarks/unfamiliar.py", table(found, numbers, "zh" in page.name))
    print(table(found, numbers, chinese=False))


if __name__ == "__main__":
    main()
