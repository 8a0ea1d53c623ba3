"""The picture of a search: a row a setting, the figure of each of its trainings, their mean and deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charmlp.config import spell
from charmlp.drawing.axes import Panel, ticks, widened
from charmlp.drawing.canvas import INCH, Canvas
from charmlp.drawing.colours import BLACK, BLUE, LIGHT, MIDDLE, ORANGE
from charmlp.drawing.fonts import text_width, written
from charmlp.search.measured import Tried
from charmlp.search.table import name_of
from charmlp.text import short

if TYPE_CHECKING:
    from charmlp.search.searching import Found

WIDTH = 8 * INCH
LEFT, RIGHT, TOP = 40, 50, 70  # pixels
ROW = 36  # from one setting to the next
MOST_ROWS = 30  # the best of more
LONGEST = 48  # characters of a name


def draw(found: Found) -> Canvas:
    """The settings in the order in which they were tried, then the two best with fresh seeds."""
    monitor, count = found.plan.base.monitor, len(found.tried)
    factor, unit = (1, "") if monitor == "loss" else (100, " %")
    rows = list(found.tried) if count <= MOST_ROWS else list(found.ranking[:MOST_ROWS])
    rows = [each for each in rows if each.figures(monitor)]
    names = [label(each) for each in rows]
    colours = [BLUE] * len(rows)
    if found.choice.other is not None:
        finalists = [each for each in (found.choice.best, found.choice.other) if each.figures(monitor)]
        rows += finalists
        names += [written(f"{label(each)}, fresh seeds") for each in finalists]
        colours += [ORANGE] * len(finalists)
    names = [short(name, LONGEST) for name in names]
    canvas = Canvas(WIDTH, TOP)
    left = LEFT + max(text_width(name, bold=True) for name in names) + 20
    everything = [factor * figure for each in rows for figure in each.figures(monitor)]
    box = (left, TOP, max(WIDTH, left + WIDTH // 2) - RIGHT, TOP + ROW * len(rows))
    canvas.width = box[2] + RIGHT
    panel = Panel(canvas, box, widened(min(everything), max(everything)), (0, len(rows)))
    for number in ticks(*panel.x):
        at = panel.place(number, 0)[0]
        canvas.line([(at, box[1]), (at, box[3])], LIGHT, 1)
        canvas.text(f"{number:g}{unit}", at, box[3] + 10, "mt")
    for at, (each, name, colour) in enumerate(zip(rows, names, colours, strict=True)):
        y = TOP + ROW * (at + 0.5)
        canvas.text(name, left - 20, y, "rm", bold=each.number == found.choice.best.number)
        draw_row(panel, each, monitor, factor, y, colour)
    if found.choice.other is not None:
        middle = TOP + ROW * sum(colour == BLUE for colour in colours)
        canvas.line([(LEFT, middle), (box[2], middle)], MIDDLE, 1)
    canvas.height = box[3] + 45
    canvas.title(written(f"{monitor.replace('_', ' ')} on {found.images:,} validation images"))
    canvas.notes(list(map(written, notes_of(found))))
    return canvas


def label(tried: Tried) -> str:
    """A setting's name; of several values these alone, which the notes explain."""
    if len(tried.values) < 2:
        return name_of(tried.values)
    return "  ".join(spell(value).replace(",", "x") for value in tried.values.values())


def draw_row(panel: Panel, tried: Tried, monitor: str, factor: float, y: float, colour: str) -> None:
    """Small dots for trainings, a large one for their mean, a line as long as the deviation to both sides."""
    figures, mean = tried.figures(monitor), tried.mean(monitor)
    apart = tried.deviation(monitor) or 0.0
    ends = [(panel.place(factor * end, 0)[0], y) for end in (mean - apart, mean + apart)]
    panel.canvas.line(ends, colour, 3)
    panel.canvas.dots([(panel.place(factor * mean, 0)[0], y)], colour, 8)
    panel.canvas.dots([(panel.place(factor * figure, 0)[0], y) for figure in figures], BLACK, 3)


def notes_of(found: Found) -> list[str]:
    notes = [
        "Small: single seeds. Large: their mean, with the standard deviation to both sides. Bold: the best."
    ]
    if found.choice.other is not None:
        notes.append("Orange: the two best, trained again with seeds that chose nothing.")
    if len(found.tried) > MOST_ROWS:
        notes.append(f"The {MOST_ROWS} best of {len(found.tried):,} settings.")
    if len(found.plan.names) > 1:
        notes.append(f"Values: {', '.join(found.plan.names)}.")
    if pruned := sum(each.pruned for each in found.tried):
        notes.append(f"{pruned:,} settings were pruned.")
    if failed := sum(not trial.pruned for each in found.tried for trial in each.failed):
        notes.append(f"{failed:,} trainings failed: trials.csv says why.")
    return notes
