"""Runs over one another: their accuracies with intervals, and how training went, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import ImageColor

from charmlp.drawing.axes import Panel, ticks, widened
from charmlp.drawing.canvas import INCH, Canvas
from charmlp.drawing.colours import BLACK, CLASSES, GREY, LIGHT
from charmlp.drawing.fonts import SMALL, text_width
from charmlp.evaluation.pictures.loss import number_epochs
from charmlp.evaluation.runs import Comparison, Setting
from charmlp.letters.splits import SPLITS
from charmlp.training.state import Epoch

WIDTH = 8 * INCH
LEFT, RIGHT, TOP = 130, 70, 70  # pixels
ROW = 36  # from one setting to the next
TALL, GAP = 330, 28  # heights of panels, and between them
LABEL = 22  # pixels from one number at the end of a curve to the next
FAINT = 0.8  # of white in the colour of a band
SPREAD = 500  # times the smallest loss is the largest one: then their logarithms are drawn


@dataclass(frozen=True)
class Curve:
    """A figure by epoch: the mean of a setting's runs, and from the least of them to the most."""

    epochs: list[int]
    mean: list[float]
    low: list[float]
    high: list[float]


def compared(found: Comparison, names: Sequence[str]) -> Canvas:
    """Draw the settings of a comparison, each by its name; of several runs of one, the range."""
    colours = [CLASSES[at % len(CLASSES)] for at in range(len(names))]
    canvas = Canvas(WIDTH, TOP)
    draw_accuracies(canvas, found.settings, names, colours)
    figures = {
        "validation accuracy, %": validation("accuracy", 100),
        "validation loss": validation("loss"),
        "training loss": lambda epoch: epoch.loss,
    }
    drawn = {
        name: curves for name, figure in figures.items() if (curves := curves_of(found.settings, figure))
    }
    epochs = [epoch for curves in drawn.values() for curve in curves.values() for epoch in curve.epochs]
    for name, curves in drawn.items():
        panel = draw_curves(canvas, curves, colours, name, widened(min(epochs), max(epochs)))
        if name == list(drawn)[-1]:
            number_epochs(panel, "epoch")
            canvas.height += 95
    several = len(found.settings) < len(found.runs)
    canvas.title(
        " and ".join(names)
        if len(names) < 3
        else f"{len(names)} {'settings' if several else 'runs'} compared"
    )
    notes = [
        "Dots: accuracy. Bars: 95 % intervals (Wilson), which may overlap where a difference is shown.",
        f"{len(found.letters):,} {SPLITS[found.split]} images, {found.data}",
    ]
    if bare := [
        name for name, each in zip(names, found.settings, strict=True) if not each.runs[0].run.history
    ]:
        notes.insert(1, f"Without figures of their epochs (metrics.csv): {', '.join(bare)}.")
    if several:
        notes.insert(1, "Black: single seeds. Bands: from the lowest seed to the highest.")
    canvas.notes(notes)
    return canvas


def validation(name: str, factor: float = 1) -> Callable[[Epoch], float | None]:
    """A figure of an epoch's validation, where there was one."""
    return lambda epoch: None if epoch.validation is None else factor * getattr(epoch.validation, name)


def draw_accuracies(
    canvas: Canvas, settings: Sequence[Setting], names: Sequence[str], colours: Sequence[str]
) -> None:
    """A row a setting: number and name, accuracy and its interval, small marks for single runs."""
    left = LEFT + max(map(text_width, names))
    low, high = widened(
        min(each.interval[0] for each in settings), max(each.interval[1] for each in settings)
    )
    panel = Panel(
        canvas,
        (left, TOP, WIDTH - RIGHT, TOP + ROW * len(settings)),
        (100 * low, 100 * high),
        (0, len(settings)),
    )
    _, top, _, bottom = panel.box
    for number in ticks(*panel.x):
        at = panel.place(number, 0)[0]
        canvas.line([(at, top), (at, bottom)], LIGHT, 1)
        canvas.text(f"{number:g} %", at, bottom + 10, "mt")
    for at, (setting, name, colour) in enumerate(zip(settings, names, colours, strict=True)):
        y = top + ROW * (at + 0.5)
        canvas.text(str(at + 1), LEFT - 30, y, "rm", colour=GREY)
        canvas.text(name, LEFT - 10, y, "lm")
        canvas.line([(panel.place(100 * limit, 0)[0], y) for limit in setting.interval], colour, 3)
        runs = [(panel.place(100 * run.accuracy, 0)[0], y) for run in setting.runs]
        if len(runs) > 1:
            canvas.dots(runs, BLACK, 3)
        canvas.dots([(panel.place(100 * setting.accuracy, 0)[0], y)], colour, 8)
    canvas.height = bottom + 40


def draw_curves(
    canvas: Canvas, curves: dict[int, Curve], colours: Sequence[str], name: str, x: tuple[float, float]
) -> Panel:
    """A panel below what is there: a curve for each setting, whose number stands at its end."""
    least, most = (
        min(min(each.low) for each in curves.values()),
        max(max(each.high) for each in curves.values()),
    )
    powers = 0 < least < most / SPREAD
    scale: Callable[[float], float] = math.log10 if powers else float
    box = (LEFT, canvas.height + GAP, WIDTH - RIGHT, canvas.height + GAP + TALL)
    panel = Panel(canvas, box, x, widened(scale(least), scale(most)), powers=powers)
    for at, curve in curves.items():
        if curve.low != curve.high:
            low, high = (list(map(scale, edge)) for edge in (curve.low, curve.high))
            panel.band(curve.epochs, low, high, faint(colours[at]))
    panel.axes(f"{name} (log scale)" if powers else name, numbered=False)
    for at, curve in curves.items():
        panel.curve(curve.epochs, list(map(scale, curve.mean)), colours[at])
    last = max(curve.epochs[-1] for curve in curves.values())
    ends = {at: panel.place(curve.epochs[-1], scale(curve.mean[-1])) for at, curve in curves.items()}
    for at, y in apart({at: y for at, (_, y) in ends.items()}, box[1], box[3]).items():
        early = curves[at].epochs[-1] < last  # a line on would look as if training had gone on
        canvas.line([ends[at], (box[2] + 12, y)], colours[at], 1, dashed=early)
        canvas.text(str(at + 1), box[2] + 18, y, "lm", SMALL)
    canvas.height = box[3]
    return panel


def curves_of(settings: Sequence[Setting], figure: Callable[[Epoch], float | None]) -> dict[int, Curve]:
    """The curves of those settings that have any point, by their place."""
    curves = {at: curve_of(setting, figure) for at, setting in enumerate(settings)}
    return {at: curve for at, curve in curves.items() if curve.epochs}


def curve_of(setting: Setting, figure: Callable[[Epoch], float | None]) -> Curve:
    """A figure's mean over the runs of a setting, where it is a finite number in all of them."""
    of_runs = []
    for read in setting.runs:
        pairs = [(epoch.epoch, figure(epoch)) for epoch in read.run.history]
        of_runs.append({epoch: value for epoch, value in pairs if value is not None and math.isfinite(value)})
    epochs = sorted(set.intersection(*map(set, of_runs)))
    values = np.array([[own[epoch] for epoch in epochs] for own in of_runs])
    return Curve(epochs, values.mean(0).tolist(), values.min(0).tolist(), values.max(0).tolist())


def apart(places: dict[int, float], top: float, bottom: float) -> dict[int, float]:
    """Heights of labels, moved as little as may be so that none covers another, and all are in between.

    Those that would are put together, and stand one below the other around the mean of their places.
    """

    def start(heap: list[int]) -> float:
        """Where the first label of a heap stands."""
        reach = LABEL * (len(heap) - 1)
        middle = sum(places[key] for key in heap) / len(heap)
        return max(top, min(middle - reach / 2, bottom - reach))

    heaps: list[list[int]] = []
    for key in sorted(places, key=places.__getitem__):
        heap = [key]
        while heaps and start(heap) < start(heaps[-1]) + LABEL * len(heaps[-1]):
            heap = heaps.pop() + heap
        heaps.append(heap)
    return {key: start(heap) + LABEL * at for heap in heaps for at, key in enumerate(heap)}


def faint(colour: str) -> str:
    """The colour mixed with white."""
    return "#" + "".join(
        f"{round(255 * FAINT + (1 - FAINT) * part):02x}" for part in ImageColor.getrgb(colour)[:3]
    )
