"""Pictures: loss curve, confusion matrix, t-SNE scatter, contact sheet. Each returns a matplotlib figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from charmlp.drawing import class_colours, no_ticks, sheet, short, tidy, write_in_cell
from charmlp.letters.letterset import LetterSet
from charmlp.metrics import Scores
from charmlp.system.extras import require_extra
from charmlp.training.state import Epoch

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[Any]

MOST_POINTS = 2000  # in a t-SNE scatter: more are neither legible nor quick
MOST_CELLS = 40  # classes of a confusion matrix whose counts are written into the cells


def loss_curve(epochs: Sequence[Epoch]) -> Figure:
    """Training and validation loss over the epochs, with the validation accuracy below."""
    validated = [(epoch.epoch, epoch.validation) for epoch in epochs if epoch.validation is not None]
    figure = sheet(7, 6 if validated else 3.6, margins=(0.75, 0.55, 0.15, 0.15))
    panels = figure.subplots(2 if validated else 1, 1, sharex=True, squeeze=False)[:, 0]
    numbers, losses = [epoch.epoch for epoch in epochs], [epoch.loss for epoch in epochs]
    panels[0].plot(numbers, losses, marks(numbers), markersize=3, label="training")
    if validated:
        at = [number for number, _ in validated]
        accuracies = [100 * scores.accuracy for _, scores in validated]
        validation = [scores.loss for _, scores in validated]
        panels[0].plot(at, validation, marks(at), markersize=4, label="validation")
        panels[1].plot(at, accuracies, marks(at), markersize=4, color="tab:green")
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


def marks(numbers: Sequence[int]) -> str:
    """How a line is drawn: with its points where they are few."""
    return "o-" if len(numbers) < 30 else "-"


def confusion_matrix(scores: Scores, classes: Sequence[str]) -> Figure:
    """Rows are labels, columns predictions; colours are shares of each label, numbers are counts."""
    n = len(classes)
    side = min(max(3.5, 0.33 * n + 1.2), 14)
    names = [short(name) for name in classes]
    beside = 0.5 + (0.15 * max(map(len, names)) if n <= MOST_CELLS else 0.3)  # inches
    figure = sheet(side + beside - 0.65, side + beside - 0.65, margins=(beside, beside, 0.15, 0.4))
    panel = figure.subplots()
    shares = scores.confusion / np.maximum(scores.confusion.sum(axis=1, keepdims=True), 1)
    panel.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if n <= MOST_CELLS:
        for row, column in np.argwhere(scores.confusion > 0):
            write_in_cell(panel, row, column, f"{scores.confusion[row, column]}", shares[row, column])
        panel.set_xticks(range(n), names, rotation=90 if max(map(len, classes)) > 2 else 0)
        panel.set_yticks(range(n), names)
    panel.set_xlabel("prediction")
    panel.set_ylabel("label")
    panel.set_title(f"accuracy {scores.accuracy:.1%} of {scores.support.sum():,}")
    return figure


def embed(logits: Array, seed: int) -> Array:
    """Logits N×K in two dimensions by t-SNE (van der Maaten and Hinton 2008), started from their PCA.

    Raises `MissingExtraError` where scikit-learn is not installed.
    """
    from threadpoolctl import threadpool_limits  # the process that draws a run needs none

    manifold = require_extra("sklearn.manifold", "sklearn", "the t-SNE picture")
    points = np.asarray(logits, np.float64)
    if points.shape[1] == 1:
        points = np.repeat(points, 2, axis=1)
    if len(points) < 4 or not np.ptp(points, axis=0).any():  # too few, or all the same: nothing to embed
        return points[:, :2]
    perplexity = min(30.0, (len(points) - 1) / 3)
    tsne = manifold.TSNE(init="pca", perplexity=perplexity, random_state=seed % 2**32)
    with threadpool_limits(1):  # several add up in another order, and spin where others work
        return np.asarray(tsne.fit_transform(points))


def tsne_scatter(logits: Array, labels: Array, classes: Sequence[str], seed: int = 2021) -> Figure:
    """The logits by t-SNE, each point drawn as its label in the class's colour."""
    chosen = np.arange(len(labels))
    if len(chosen) > MOST_POINTS:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, MOST_POINTS, replace=False))
    points = embed(logits[chosen], seed)
    colours = class_colours(len(classes))
    figure = sheet(8, 8)
    panel = figure.subplots()
    panel.scatter(points[:, 0], points[:, 1], s=0)  # sets the limits; the letters below are the marks
    for (x, y), label in zip(points, labels[chosen], strict=True):
        panel.text(
            x, y, short(classes[label]), color=colours[label], ha="center", va="center", fontsize=9,
            fontweight="bold", clip_on=True,
        )  # fmt: skip
    panel.margins(0.04)
    no_ticks(panel)
    of = "" if len(chosen) == len(labels) else f" of {len(labels):,}"
    panel.set_title(f"t-SNE of the logits, {len(chosen):,}{of} images")
    return figure


def contact_sheet(rows: Sequence[tuple[str, LetterSet]], columns: int = 16) -> Figure:
    """Sample images with their labels: a block of rows for each named set."""
    lines = [-(-min(len(letters), columns * 8) // columns) for _, letters in rows]
    figure = sheet(0.55 * columns, 0.72 * sum(lines) + 0.45 * len(rows))
    heights = [line + 0.6 for line in lines]
    blocks = figure.subfigures(len(rows), 1, squeeze=False, height_ratios=heights)[:, 0]
    for block, count, (title, letters) in zip(blocks, lines, rows, strict=True):
        block.suptitle(title, fontsize=10)
        panels = block.subplots(count, columns, squeeze=False)
        for number, panel in enumerate(panels.flat):
            panel.set_axis_off()
            if number < len(letters):
                panel.imshow(letters.images[number], cmap="gray", vmin=0, vmax=255)
                panel.set_title(short(letters.classes[letters.labels[number]]), fontsize=7, pad=2)
    return figure
