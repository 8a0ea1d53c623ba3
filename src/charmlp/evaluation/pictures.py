"""Pictures: loss curve, confusion matrix, t-SNE scatter, contact sheet. Each returns a matplotlib figure."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.figure import Figure
from numpy.typing import NDArray

from charmlp.letters.letterset import LetterSet
from charmlp.metrics import Scores
from charmlp.system.files import write_whole
from charmlp.text import printable
from charmlp.training.state import Epoch

Array = NDArray[Any]

MOST_POINTS = 2000  # in a t-SNE scatter: more are neither legible nor quick
MOST_CELLS = 40  # classes of a confusion matrix whose counts are written into the cells

# Fonts that hold other writings, where the machine has one of them.
FALLBACK_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Arial Unicode MS", "Noto Sans",
)  # fmt: skip


def save(figure: Figure, path: Path) -> Path:
    """Write the figure as PNG, whole or not at all; a character without a glyph is drawn as a box."""
    machine = {font.name for font in font_manager.fontManager.ttflist}
    families = ["DejaVu Sans", *(name for name in FALLBACK_FONTS if name in machine)]
    content = io.BytesIO()
    with warnings.catch_warnings(), mpl.rc_context({"font.family": families}):
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from font")
        figure.savefig(content, format="png", dpi=150, facecolor="white")
    write_whole(path, content.getvalue())
    return path


def loss_curve(epochs: Sequence[Epoch]) -> Figure:
    """Training and validation loss over the epochs, with the validation accuracy below."""
    numbers = [epoch.epoch for epoch in epochs]
    validated = [epoch for epoch in epochs if epoch.validation is not None]
    figure = Figure(figsize=(7, 6 if validated else 3.6), layout="constrained")
    panels = figure.subplots(2 if validated else 1, 1, sharex=True, squeeze=False)[:, 0]
    few = "o-" if len(numbers) < 30 else "-"
    panels[0].plot(numbers, [epoch.loss for epoch in epochs], few, markersize=3, label="training")
    if validated:
        marks = "o-" if len(validated) < 30 else "-"
        at = [epoch.epoch for epoch in validated]
        losses = [epoch.validation.loss for epoch in validated if epoch.validation]
        accuracies = [100 * epoch.validation.accuracy for epoch in validated if epoch.validation]
        panels[0].plot(at, losses, marks, markersize=4, label="validation")
        panels[1].plot(at, accuracies, marks, markersize=4, color="tab:green")
        panels[1].set_ylabel("validation accuracy, %")
        panels[1].annotate(
            f"{accuracies[-1]:.1f} %", (at[-1], accuracies[-1]), xytext=(-6, -14), textcoords="offset points",
            ha="right",
        )  # fmt: skip
    panels[0].set_ylabel("loss (cross-entropy)")
    panels[0].set_ylim(bottom=0)
    panels[0].legend(frameon=False)
    panels[-1].set_xlabel("epoch")
    for panel in panels:
        tidy(panel)
    return figure


def confusion_matrix(scores: Scores, classes: Sequence[str]) -> Figure:
    """Rows are labels, columns predictions; colours are shares of each label, numbers are counts."""
    n = len(classes)
    side = min(max(3.5, 0.33 * n + 1.2), 14)
    figure = Figure(figsize=(side, side), layout="constrained")
    panel = figure.subplots()
    shares = scores.confusion / np.maximum(scores.confusion.sum(axis=1, keepdims=True), 1)
    panel.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if n <= MOST_CELLS:
        for row, column in np.argwhere(scores.confusion > 0):
            panel.text(
                column, row, f"{scores.confusion[row, column]}", ha="center", va="center", fontsize=7,
                color="white" if shares[row, column] > 0.6 else "black",
            )  # fmt: skip
        panel.set_xticks(
            range(n), [short(name) for name in classes], rotation=90 if longest(classes) > 2 else 0
        )
        panel.set_yticks(range(n), [short(name) for name in classes])
    panel.set_xlabel("prediction")
    panel.set_ylabel("label")
    panel.set_title(f"accuracy {scores.accuracy:.1%} of {scores.support.sum():,}")
    return figure


def embed(logits: Array, seed: int) -> Array:
    """Logits N×K in two dimensions by t-SNE (van der Maaten and Hinton 2008), started from their PCA."""
    from sklearn.manifold import TSNE

    points = np.asarray(logits, np.float64)
    if len(points) < 4 or not np.ptp(points, axis=0).any():  # too few, or all the same: nothing to embed
        return points[:, :2] if points.shape[1] >= 2 else np.repeat(points, 2, axis=1)
    if points.shape[1] == 1:
        points = np.repeat(points, 2, axis=1)
    perplexity = min(30.0, (len(points) - 1) / 3)
    return np.asarray(
        TSNE(init="pca", perplexity=perplexity, random_state=seed % 2**32).fit_transform(points)
    )


def tsne_scatter(logits: Array, labels: Array, classes: Sequence[str], seed: int = 2021) -> Figure:
    """The logits by t-SNE, each point drawn as its label in the class's colour."""
    chosen = np.arange(len(labels))
    if len(chosen) > MOST_POINTS:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, MOST_POINTS, replace=False))
    points = embed(logits[chosen], seed)
    colours = mpl.colormaps["turbo"](np.linspace(0.03, 0.97, len(classes)))
    figure = Figure(figsize=(8, 8), layout="constrained")
    panel = figure.subplots()
    panel.scatter(points[:, 0], points[:, 1], s=0)  # sets the limits; the letters below are the marks
    for (x, y), label in zip(points, labels[chosen], strict=True):
        panel.text(
            x, y, short(classes[label]), color=colours[label], ha="center", va="center", fontsize=9,
            fontweight="bold", clip_on=True,
        )  # fmt: skip
    panel.margins(0.04)
    panel.set_xticks([])
    panel.set_yticks([])
    of = "" if len(chosen) == len(labels) else f" of {len(labels):,}"
    panel.set_title(f"t-SNE of the logits, {len(chosen):,}{of} images")
    return figure


def contact_sheet(rows: Sequence[tuple[str, LetterSet]], columns: int = 16) -> Figure:
    """Sample images with their labels: a block of rows for each named set."""
    lines = [-(-min(len(letters), columns * 8) // columns) for _, letters in rows]
    figure = Figure(figsize=(0.55 * columns, 0.72 * sum(lines) + 0.45 * len(rows)), layout="constrained")
    blocks = figure.subfigures(len(rows), 1, squeeze=False, height_ratios=[line + 0.6 for line in lines])[
        :, 0
    ]
    for block, count, (title, letters) in zip(blocks, lines, rows, strict=True):
        block.suptitle(title, fontsize=10)
        panels = block.subplots(count, columns, squeeze=False)
        for number, panel in enumerate(panels.flat):
            panel.set_axis_off()
            if number < len(letters):
                panel.imshow(letters.images[number], cmap="gray", vmin=0, vmax=255)
                panel.set_title(short(letters.classes[letters.labels[number]]), fontsize=7, pad=2)
    return figure


def short(name: str) -> str:
    """A class name for a picture: control characters escaped, at most 12 characters, no mathematics."""
    text = printable(name).replace("$", r"\$")
    return text if len(text) <= 12 else text[:11] + "…"


def longest(classes: Sequence[str]) -> int:
    return max(len(name) for name in classes)


def tidy(panel: Any) -> None:
    """No frame at the top and right, a light grid."""
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(alpha=0.3)
