"""How training went: losses, accuracy and learning rate by epoch, and which epoch was kept."""

from __future__ import annotations

import math
from collections.abc import Sequence

from charmlp.config import TrainingConfig
from charmlp.drawing.axes import Panel, beside, ticks, widened
from charmlp.drawing.canvas import INCH, Canvas
from charmlp.drawing.colours import BLUE, GREEN, GREY, ORANGE, PURPLE
from charmlp.drawing.fonts import text_width
from charmlp.evaluation.pictures.about import NOTHING, About
from charmlp.training.state import Epoch

LEFT, RIGHT, TOP = 125, 25, 84  # pixels
TALL, LOW, GAP = 380, 190, 28  # pixels: heights of panels, and between them
SPREAD = 500  # times the smallest loss is the largest one: then their logarithms are drawn


def loss_curve(
    epochs: Sequence[Epoch],
    kept: int | None = None,
    config: TrainingConfig | None = None,
    about: About = NOTHING,
) -> Canvas:
    """Training and validation loss over the epochs; below, accuracy and a learning rate that changes.

    kept    number of the epoch whose weights were kept: it is marked
    config  with it is said why training loss may lie above validation loss: what was done in training alone
    """
    say = about.say
    finite = [epoch for epoch in epochs if math.isfinite(epoch.loss)]
    validated = [epoch for epoch in epochs if epoch.validation and math.isfinite(epoch.validation.loss)]
    rates = [epoch.lr for epoch in epochs]
    is_steady = len(set(rates)) <= 1
    heights = [TALL, *([LOW] if validated else []), *([] if is_steady else [LOW])]
    canvas = Canvas(7 * INCH, TOP + sum(heights) + GAP * (len(heights) - 1) + 80)
    x = widened(epochs[0].epoch, epochs[-1].epoch) if epochs else (0.0, 1.0)
    tops = [TOP + sum(heights[:at]) + GAP * at for at in range(len(heights))]
    boxes = [
        (LEFT, top, canvas.width - RIGHT, top + height) for top, height in zip(tops, heights, strict=True)
    ]
    panels = [draw_losses(canvas, boxes[0], x, finite, validated, about)]
    if validated:
        panels.append(draw_accuracies(canvas, boxes[1], x, validated, about))
    if not is_steady:
        panels.append(Panel(canvas, boxes[-1], x, (0, 1.1 * max(rates) or 1)))
        panels[-1].axes(say("learning rate"), numbered=False)
        panels[-1].curve([epoch.epoch for epoch in epochs], rates, PURPLE)
    number_epochs(panels[-1], say("epoch"))
    if kept:
        mark_kept(canvas, panels, kept, [epoch for epoch in validated if epoch.epoch == kept], about)
    if finite:
        panels[0].legend({BLUE: say("training")} | ({ORANGE: say("validation")} if validated else {}))
    canvas.title(say("loss by epoch"))
    notes = [] if config is None or not validated else reasons(config, about)
    if is_steady and rates:
        notes.append(say("learning rate {rate:g} throughout", rate=rates[0]))
    diverged = [epoch.epoch for epoch in epochs if not math.isfinite(epoch.loss)]
    if diverged:
        text = "The loss is not a finite number from epoch {epoch} on: training diverged."
        notes.insert(0, say(text, epoch=diverged[0]))
    return about.finish(canvas, *notes)


def draw_losses(
    canvas: Canvas,
    box: tuple[int, int, int, int],
    x: tuple[float, float],
    epochs: Sequence[Epoch],
    validated: Sequence[Epoch],
    about: About,
) -> Panel:
    """Both losses; where they reach over orders of magnitude, on a logarithmic axis."""
    curves = {
        BLUE: {epoch.epoch: epoch.loss for epoch in epochs},
        ORANGE: {epoch.epoch: epoch.validation.loss for epoch in validated if epoch.validation},
    }
    values = [loss for curve in curves.values() for loss in curve.values()]
    powers = bool(values) and 0 < min(values) < max(values) / SPREAD
    if powers:
        y = widened(math.log10(min(values)), math.log10(max(values)))
    else:
        y = (0.0, 1.05 * max(values, default=1.0) or 1.0)
    panel = Panel(canvas, box, x, y, powers=powers)
    panel.axes(about.say("loss (log scale)" if powers else "loss (cross-entropy)"), numbered=False)
    for colour, curve in curves.items():
        losses = curve.values()
        panel.curve(list(curve), list(map(math.log10, losses) if powers else losses), colour)
    if not values:
        canvas.text(about.say("no finite loss"), (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, colour=GREY)
    return panel


def draw_accuracies(
    canvas: Canvas,
    box: tuple[int, int, int, int],
    x: tuple[float, float],
    validated: Sequence[Epoch],
    about: About,
) -> Panel:
    """Validation accuracy, with room for a label above the highest point."""
    accuracies = [100 * epoch.validation.accuracy for epoch in validated if epoch.validation]
    low, high = widened(min(accuracies), max(accuracies), 0.25)
    panel = Panel(canvas, box, x, (max(low, -2), min(high, 125)))
    panel.axes(about.say("accuracy, %"), numbered=False)
    panel.curve([epoch.epoch for epoch in validated], accuracies, GREEN)
    return panel


def number_epochs(panel: Panel, name: str) -> None:
    """Whole numbers below the lowest panel."""
    left, _, right, bottom = panel.box
    for number in ticks(*panel.x):
        if number == int(number):
            panel.canvas.text(f"{number:g}", panel.place(number, panel.y[0])[0], bottom + 10, "mt")
    panel.canvas.text(name, (left + right) / 2, bottom + 55)


def mark_kept(
    canvas: Canvas, panels: Sequence[Panel], kept: int, validated: Sequence[Epoch], about: About
) -> None:
    """A line through all panels at the epoch that was kept, named above, and its accuracy."""
    for panel in panels:
        panel.upright(kept, GREY)
    (x, _), words = panels[0].place(kept, 0), about.say("kept: epoch {epoch}", epoch=kept)
    half = text_width(words) / 2
    canvas.text(words, min(max(x, LEFT + half), canvas.width - RIGHT - half), TOP - 14, colour=GREY)
    for epoch in validated:
        if epoch.validation is None:
            continue
        accuracy = 100 * epoch.validation.accuracy
        point, words = panels[1].place(kept, accuracy), f"{accuracy:.1f} %"
        canvas.dots([point], GREEN, 7)
        x, y, anchor = beside(point, text_width(words), panels[1])
        canvas.text(words, x, y, anchor, halo=3)


def reasons(config: TrainingConfig, about: About) -> list[str]:
    """Why training loss may lie above validation loss: only what the run really did."""
    say = about.say
    used = {
        "augmented images": config.augment,
        "rendered letters": config.synth_ratio,
        "dropout {rate:g}": config.dropout,
        "dropout of inputs {rate:g}": config.input_dropout,
        "label smoothing {rate:g}": config.label_smoothing,
        "class weights": config.class_weights == "balanced",
        "balanced sampling": config.sampling == "balanced",
    }
    lines = [
        say(
            "Training loss is the mean over an epoch, while weights still change;"
            " validation loss comes after it."
        )
    ]
    if named := [say(name, rate=rate) for name, rate in used.items() if rate]:
        text = "Training loss is also raised by {reasons}, of which validation has nothing."
        lines.append(say(text, reasons=say(", ").join(named)))
    if config.ema_decay:
        text = "Validation reads with a moving average of the weights (decay {decay:g})."
        lines.append(say(text, decay=config.ema_decay))
    return lines
