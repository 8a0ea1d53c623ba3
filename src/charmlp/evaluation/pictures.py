"""Pictures: loss curve, confusion matrix, t-SNE scatter, contact sheet.

The first two, which each training draws, are a `Canvas`, the others figures of matplotlib.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from charmlp import text
from charmlp.canvas import BLACK, BLUE, GREEN, INCH, ORANGE, SMALL, Canvas, Panel, text_width, ticks
from charmlp.drawing import DARK, class_colours, no_ticks, sheet, short
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
CELL, LEAST, MOST = 50, 360, 2000  # pixels: a cell's side, and that of all cells together

# From 0 to 1 in eight steps: ColorBrewer's "Blues".
BLUES = np.array(
    [(247, 251, 255), (222, 235, 247), (198, 219, 239), (158, 202, 225), (107, 174, 214),
     (66, 146, 198), (33, 113, 181), (8, 81, 156), (8, 48, 107)]
)  # fmt: skip


def draw_run(
    folder: Path, history: Sequence[Epoch], scores: Scores | None, classes: Sequence[str]
) -> list[Path]:
    """Draw the loss curve and, where there are scores, the confusion matrix; returns the pictures' files."""
    drawn = [loss_curve(history).save(folder / "loss.png")]
    if scores is not None:
        drawn.append(confusion_matrix(scores, classes).save(folder / "confusion.png"))
    return drawn


def loss_curve(epochs: Sequence[Epoch]) -> Canvas:
    """Training and validation loss over the epochs, with the validation accuracy below."""
    validated = [(epoch.epoch, epoch.validation) for epoch in epochs if epoch.validation is not None]
    numbers, losses = [epoch.epoch for epoch in epochs], [epoch.loss for epoch in epochs]
    at, figures = [number for number, _ in validated], [figures for _, figures in validated]
    canvas = Canvas(7 * INCH, (6 if validated else 4) * INCH)
    left, right, bottom = 115, canvas.picture.width - 25, canvas.picture.height - 80
    middle = bottom // 2 if validated else bottom

    x = widened(numbers[0], numbers[-1])
    highest = max([*losses, *(each.loss for each in figures)])
    upper = Panel(canvas, (left, 25, right, middle), x, (0, 1.05 * highest or 1))
    upper.axes("loss (cross-entropy)", numbered=not validated)
    upper.curve(numbers, losses, BLUE)
    if validated:
        upper.curve(at, [each.loss for each in figures], ORANGE)
        accuracies = [100 * each.accuracy for each in figures]
        lower = Panel(
            canvas, (left, middle + 25, right, bottom), x, widened(min(accuracies), max(accuracies))
        )
        lower.axes("validation accuracy, %", numbered=True)
        lower.curve(at, accuracies, GREEN)
        x_last, y_last = lower.place(at[-1], accuracies[-1])
        canvas.text(f"{accuracies[-1]:.1f} %", x_last - 12, y_last + 12, "rt")
    upper.legend({BLUE: "training"} | ({ORANGE: "validation"} if validated else {}))
    canvas.text("epoch", (left + right) / 2, bottom + 55)
    return canvas


def widened(low: float, high: float) -> tuple[float, float]:
    """A little more than from low to high."""
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room


def confusion_matrix(scores: Scores, classes: Sequence[str]) -> Canvas:
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
    named = n <= MOST_CELLS  # else the classes are numbered, here and there
    names = (
        {at: text.short(classes[at]) for at in range(n)}
        if named
        else {int(at): f"{at:g}" for at in ticks(0, n - 1)}
    )
    longest = max(map(text_width, names.values()))
    cell = max(CELL, LEAST // n) if named else MOST // n
    side, margin = cell * n, 75 + longest
    canvas = Canvas(max(margin + side + 25, margin + text_width(title)), side + margin + 60)

    shares = confusion / np.maximum(support[:, np.newaxis], 1)
    canvas.heat(shares_in_blue(shares), (margin, 60), cell)

    def middle(number: int) -> float:
        return (number + 0.5) * cell

    if named:
        for row, column in np.argwhere(confusion > 0).tolist():
            colour = "white" if shares[row, column] > DARK else BLACK
            place = margin + middle(column), 60 + middle(row)
            canvas.text(f"{confusion[row, column]}", *place, size=SMALL, colour=colour)
    for at, name in names.items():
        canvas.text(name, margin - 10, 60 + middle(at), "rm")
        if longest > CELL - 10:
            canvas.text(name, margin + middle(at), 70 + side + text_width(name) / 2, upward=True)
        else:
            canvas.text(name, margin + middle(at), 70 + side, "mt")
    canvas.text("prediction", margin + side / 2, canvas.picture.height - 25)
    canvas.text("label", 25, 60 + side / 2, upward=True)
    canvas.text(title, margin, 30, "lm")
    return canvas


def shares_in_blue(shares: Array) -> Array:
    """White is 0, dark blue is 1: n×n×3 of uint8."""
    steps = np.linspace(0, 1, len(BLUES))
    return np.stack([np.interp(shares, steps, channel) for channel in BLUES.T], axis=-1).astype(np.uint8)


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
