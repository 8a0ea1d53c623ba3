"""What is read as what: the confusion matrix, of many classes the confused part, and the worst pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.drawing.canvas import MARGIN, Canvas
from charmlp.drawing.colours import BLACK, BLUE, DARK, GREY, LIGHT, shares_in_blue
from charmlp.drawing.fonts import SMALL, TEXT, text_width
from charmlp.evaluation.pictures.about import NOTHING, About
from charmlp.metrics import Scores
from charmlp.text import short

Array = NDArray[Any]

MOST_CLASSES = 40  # of which the whole matrix is drawn; of more, the confused part, at most so many
CELL, LARGEST, LEAST = 44, 90, 450  # pixels: a cell's side, and that of all cells together
WORST = 10  # pairs that are listed
TOP = 70  # pixels above the matrix
GRID = "#e3eaf3"
BAR = 150  # pixels: the longest


def confusion_matrix(scores: Scores, classes: Sequence[str], about: About = NOTHING) -> Canvas:
    """Rows are labels, columns predictions; colours are shares of each label, numbers are counts.

    Of more than `MOST_CLASSES` classes those that are confused are drawn, all others together as one more row
    and column, and a line says so. Beside it stand the most frequent confusions.
    """
    say, n_classes = about.say, len(classes)
    chosen = np.arange(n_classes) if n_classes <= MOST_CLASSES else most_confused(scores.confusion)
    confusion, support = with_others(scores.confusion, chosen)
    names = [short(classes[at]) for at in chosen.tolist()]
    names += [say("other")] * (len(confusion) - len(chosen))
    n = len(names)
    longest = max(map(text_width, names))
    cell = min(LARGEST, max(CELL, LEAST // n))
    side, margin = cell * n, MARGIN + 40 + longest
    is_upward = longest > cell - 8
    canvas = Canvas(margin + side + 50, TOP + side + (longest + 20 if is_upward else 40) + 45)

    shares = confusion / np.maximum(support[:, np.newaxis], 1)
    canvas.heat(shares_in_blue(shares), (margin, TOP), cell)
    for at in range(1, n):
        canvas.line([(margin + at * cell, TOP), (margin + at * cell, TOP + side)], GRID, 1)
        canvas.line([(margin, TOP + at * cell), (margin + side, TOP + at * cell)], GRID, 1)
    for row, column in np.argwhere(confusion > 0).tolist():
        colour = "#ffffff" if shares[row, column] > DARK else BLACK
        place = margin + (column + 0.5) * cell, TOP + (row + 0.5) * cell
        canvas.text(f"{confusion[row, column]}", *place, size=SMALL if n > 12 else TEXT, colour=colour)
    for at, name in enumerate(names):
        middle, colour = (at + 0.5) * cell, GREY if at >= len(chosen) else BLACK
        canvas.text(name, margin - 10, TOP + middle, "rm", colour=colour)
        if is_upward:
            below = TOP + side + 10 + text_width(name) / 2
            canvas.text(name, margin + middle, below, colour=colour, upward=True)
        else:
            canvas.text(name, margin + middle, TOP + side + 10, "mt", colour=colour)
    canvas.text(say("prediction"), margin + side / 2, canvas.height - 22, colour=GREY)
    canvas.text(say("label"), 22, TOP + side / 2, colour=GREY, upward=True)
    list_worst(canvas, scores, classes, about)
    low, high = scores.interval
    text = "accuracy {accuracy:.1f} % of {n:,} images (95 % interval {low:.1f} to {high:.1f} %)"
    values = {"accuracy": 100 * scores.accuracy, "low": 100 * low, "high": 100 * high}
    canvas.title(say(text, n=int(scores.support.sum()), **values))
    note = say("Colour: share of the label's images. Numbers: images.")
    return about.finish(canvas, note, *left_out(scores.confusion, chosen, about))


def most_confused(confusion: Array) -> Array:
    """The classes with mistakes, at most so many, those with the most; in their order."""
    mistakes = confusion.sum(axis=0) + confusion.sum(axis=1) - 2 * np.diag(confusion)
    order = np.argsort(-mistakes, kind="stable")[:MOST_CLASSES]
    return np.sort(order[mistakes[order] > 0]) if mistakes.any() else order


def with_others(confusion: Array, chosen: Array) -> tuple[Array, Array]:
    """The chosen rows and columns, and the rest summed up in a last one, where it says something; support."""
    rest = np.setdiff1d(np.arange(len(confusion)), chosen)
    parts = [[at] for at in chosen.tolist()] + [rest.tolist()]
    rows = np.stack([confusion[part].sum(axis=0) for part in parts])
    whole = np.stack([rows[:, part].sum(axis=1) for part in parts], axis=1)
    whole[-1, -1] = 0  # what is right there and what is not would be one number
    support = confusion.sum(axis=1)
    sums = np.array([support[part].sum() for part in parts])
    if whole[-1].any() or whole[:, -1].any():
        return whole, sums
    return whole[:-1, :-1], sums[:-1]


def left_out(confusion: Array, chosen: Array, about: About) -> list[str]:
    """A line about the classes that are not drawn."""
    shown, total = len(chosen), len(confusion)
    if shown == total:
        return []
    rest = np.setdiff1d(np.arange(total), chosen)
    mistakes = confusion - np.diag(np.diag(confusion))
    if not mistakes.any():
        text = "No class is confused with another; of {all} classes the first {shown} are shown."
        return [about.say(text, all=total, shown=shown)]
    if not (mistakes[rest].any() or mistakes[:, rest].any()):
        text = "{shown} of {all} classes: those with mistakes. The {rest} others are always read right."
        return [about.say(text, all=total, shown=shown, rest=len(rest))]
    text = (
        "{shown} of {all} classes: those with the most mistakes."
        " “other” is the rest; mistakes within it: {hidden}."
    )
    return [about.say(text, all=total, shown=shown, hidden=int(mistakes[np.ix_(rest, rest)].sum()))]


def list_worst(canvas: Canvas, scores: Scores, classes: Sequence[str], about: About) -> None:
    """The worst pairs at the right, each with its count and a bar as long as its share of the label."""
    left, top = canvas.width + 10, TOP + 12
    canvas.text(about.say("most frequent confusions"), left, top, "lm")
    right = left + text_width(about.say("most frequent confusions"))
    pairs = scores.confusions[:WORST]
    names = [f"{short(classes[a])} → {short(classes[b])}" for a, b, _ in pairs]
    wide = max(map(text_width, names), default=0)
    for line, ((label, _, count), name) in enumerate(zip(pairs, names, strict=True), 1):
        y, support = top + 38 * line, int(scores.support[label])
        canvas.text(name, left, y, "lm")
        start = left + wide + 20
        canvas.box((start, y - 9, start + BAR, y + 9), fill=LIGHT)
        canvas.box((start, y - 9, start + max(2, round(BAR * count / max(support, 1))), y + 9), fill=BLUE)
        words = about.say("{count} of {support}", count=count, support=support)
        canvas.text(words, start + BAR + 12, y, "lm", SMALL)
        right = max(right, start + BAR + 12 + text_width(words, SMALL))
    if not pairs:
        canvas.text(about.say("none"), left, top + 38, "lm", colour=GREY)
    canvas.width = right + MARGIN
    canvas.height = max(canvas.height, top + 38 * (len(pairs) + 1) + 10)
