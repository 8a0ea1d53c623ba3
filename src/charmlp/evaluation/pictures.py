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
MOST_CLASSES = 200  # of a confusion matrix: more are neither legible nor quick
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
    """Rows are labels, columns predictions; colours are shares of each label, numbers are counts.

    Of very many classes, those with the most mistakes are drawn, and the title says so.
    """
    confusion, support = scores.confusion, scores.support
    title = f"accuracy {scores.accuracy:.1%} of {support.sum():,}"
    if len(classes) > MOST_CLASSES:
        mistakes = support + confusion.sum(axis=0) - 2 * np.diag(confusion)
        chosen = np.sort(np.argsort(-mistakes, kind="stable")[:MOST_CLASSES])
        title += f"; the {MOST_CLASSES} of {len(classes):,} classes with the most mistakes"
        confusion, support = confusion[np.ix_(chosen, chosen)], support[chosen]
    n = len(confusion)
    side = min(max(3.5, 0.33 * n + 1.2), 14)
    names = [short(name) for name in classes]
    beside = 0.5 + (0.15 * max(map(len, names)) if n <= MOST_CELLS else 0.3)  # inches
    figure = sheet(side + beside - 0.65, side + beside - 0.65, margins=(beside, beside, 0.15, 0.4))
    panel = figure.subplots()
    shares = confusion / np.maximum(support[:, np.newaxis], 1)
    panel.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if n <= MOST_CELLS:
        for row, column in np.argwhere(confusion > 0):
            write_in_cell(panel, row, column, f"{confusion[row, column]}", shares[row, column])
        panel.set_xticks(range(n), names, rotation=90 if max(map(len, classes)) > 2 else 0)
        panel.set_yticks(range(n), names)
    panel.set_xlabel("prediction")
    panel.set_ylabel("label")
    panel.set_title(title)
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


def readings(letters: LetterSet, logits: Array, most: int = 48) -> Figure:
    """Letters spread over the set as the model reads them, and those that it misreads most surely."""
    guesses = logits.argmax(axis=1)
    top = logits.max(axis=1, keepdims=True)
    surest = np.argsort(np.exp(logits - top).sum(axis=1))  # the largest probability first
    chosen, wrong = letters.spread(most), surest[guesses[surest] != letters.labels[surest]][: most // 2]
    rows = [(f"{len(chosen):,} of {len(letters):,} images, misread ones in red: label → prediction", chosen)]
    if len(wrong):
        rows.append(("the surest mistakes", wrong))
    return contact_sheet(
        [(title, letters.take(numbers)) for title, numbers in rows], [guesses[numbers] for _, numbers in rows]
    )


def contact_sheet(
    rows: Sequence[tuple[str, LetterSet]], guesses: Sequence[Array] | None = None, columns: int = 16
) -> Figure:
    """Sample images with their labels: a block of rows for each named set.

    guesses  for each set what its images were read as, numbers of classes; where that is wrong it is said
    """
    height, width = rows[0][1].images.shape[1:]
    pitch = height / width + 0.34  # from one line of images to the next, in images' widths
    lines = [-(-min(len(letters), columns * 8) // columns) for _, letters in rows]
    figure = sheet(0.55 * columns, 0.55 * pitch * sum(lines) + 0.4 * len(rows))
    panels = figure.subplots(len(rows), 1, squeeze=False, height_ratios=lines)[:, 0]
    for panel, count, (title, letters), guessed in zip(
        panels, lines, rows, guesses or [letters.labels for _, letters in rows], strict=True
    ):
        panel.set_title(title, fontsize=10)
        for number, image in enumerate(letters.images[: columns * 8]):
            label, guess = letters.labels[number], guessed[number]
            left, bottom = number % columns, pitch * (number // columns + 1)
            place = left, left + 0.94, bottom, bottom - height / width
            panel.imshow(image, cmap="gray", vmin=0, vmax=255, extent=place)
            names = dict.fromkeys(short(letters.classes[name], 6) for name in (label, guess))
            colour = "black" if guess == label else "tab:red"
            panel.text(
                left + 0.47, bottom - height / width - 0.05, " → ".join(names), color=colour, fontsize=7,
                ha="center",
            )  # fmt: skip
        panel.set(xlim=(0, columns), ylim=(pitch * count + 0.05, 0))
        panel.set_axis_off()
    return figure
