"""Whether probabilities can be trusted: reliability diagram; what is left where only sure answers count."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.drawing.axes import Panel
from charmlp.drawing.canvas import Canvas
from charmlp.drawing.colours import BLUE, GREY, MIDDLE
from charmlp.drawing.fonts import SMALL
from charmlp.evaluation.pictures.about import NOTHING, About
from charmlp.metrics import Calibration, Coverage, wilson

Array = NDArray[Any]

LEFT, TOP, SIDE = 130, 70, 700  # pixels
BAND = "#e4e4e4"
TABLE = 355  # pixels beside the curve
THRESHOLDS = (0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)  # that are marked on the curve
MOST_STEPS = 300  # of a curve: more cannot be seen


def reliability(calibration: Calibration, about: About = NOTHING) -> Canvas:
    """The share of right answers over their probability, images of similar probability together.

    Beside it stands what chance alone does to a model whose probabilities are right.
    """
    say, bins, n = about.say, calibration.bins, sum(each.n for each in calibration.bins)
    canvas = Canvas(LEFT + SIDE + 45, TOP + SIDE + 85)
    lows = [min(each.confidence, each.interval[0]) for each in bins]
    low = tens_below(100 * min(lows, default=0))
    panel = Panel(canvas, (LEFT, TOP, LEFT + SIDE, TOP + SIDE), (low, 100), (low, 100))
    xs = np.linspace(low, 100, 201)
    if bins:
        edges = np.maximum(100 * chance_band(xs / 100, max(1, n // len(bins))), low)
        panel.band(xs.tolist(), edges[0].tolist(), edges[1].tolist(), BAND)
    panel.axes(say("share that is right"), x_name=say("probability of the guess"), unit=" %")
    canvas.line([panel.place(low, low), panel.place(100, 100)], MIDDLE, 2)
    places = [panel.place(100 * each.confidence, 100 * each.accuracy) for each in bins]
    for each in bins:
        ends = [panel.place(100 * each.confidence, 100 * edge) for edge in each.interval]
        canvas.line(ends, BLUE, 2)
    if places:
        canvas.line(places, BLUE, 2)
        canvas.dots(places, BLUE, 8)
    canvas.title(say("reliability: calibration error {error}", error=percent(calibration.error, 1)))
    text = "Each dot: {each} of the {n:,} images, those of similar probability; bars: 95 % intervals."
    chance = (
        "Grey: where 95 % of such dots lie if probabilities are exactly right."
        " Their error is then {chance}, seldom above {seldom}."
    )
    values = {"chance": percent(calibration.by_chance, 1), "seldom": percent(calibration.by_chance_95, 1)}
    return about.finish(
        canvas,
        say(text, each=f"{n // max(len(bins), 1):,}", n=n),
        say(chance, **values),
        say("Below the diagonal: more sure than right. Above: more right than sure."),
    )


def chance_band(shares: Array, n: int) -> Array:
    """Between which shares of n lie 95 % of draws that succeed with each probability; 2×N.

    Quantiles of the binomial distribution, whose steps are joined by lines.
    """
    k = np.arange(n + 1)
    choose = np.array([math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in k])
    p = np.clip(shares, 1e-12, 1 - 1e-12)[:, np.newaxis]
    totals = np.cumsum(np.exp(choose + k * np.log(p) + (n - k) * np.log1p(-p)), axis=1)
    found = [np.interp((0.025, 0.975), np.append(0, total), np.append(-0.5, k + 0.5)) for total in totals]
    return np.clip(np.transpose(found) / n, 0, 1)


def tens_below(number: float) -> float:
    """The next ten below: where an axis of percents begins."""
    return max(0.0, 10 * math.floor(min(number, 90) / 10))


def percent(share: float, decimals: int = 0) -> str:
    return f"{100 * share:.{decimals}f} %"


def accuracy_over_coverage(coverage: Coverage, about: About = NOTHING) -> Canvas:
    """How many answers are right where only the surest images are answered; thresholds to choose from."""
    say = about.say
    canvas = Canvas(LEFT + SIDE + TABLE, TOP + SIDE + 85)
    steps = np.unique(np.linspace(0, len(coverage.answered) - 1, MOST_STEPS).astype(int))
    answered, right = coverage.answered[steps], coverage.right[steps]
    intervals = 100 * np.array(list(map(wilson, right.tolist(), answered.tolist())))
    xs, ys = 100 * answered / answered[-1], 100 * right / answered
    settled = intervals[len(intervals) // 5 :, 0]  # those of the first few answers tell nothing
    low = tens_below(min(float(ys.min()), float(settled.min())))
    panel = Panel(canvas, (LEFT, TOP, LEFT + SIDE, TOP + SIDE), (0, 100), (low, 100 + 0.02 * (100 - low)))
    panel.band(xs.tolist(), np.maximum(intervals[:, 0], low).tolist(), intervals[:, 1].tolist(), BAND)
    panel.axes(say("right among the answers"), x_name=say("images that are answered"), unit=" %")
    canvas.line([panel.place(*point) for point in zip(xs.tolist(), ys.tolist(), strict=True)], BLUE)
    mark_thresholds(canvas, panel, coverage, about)
    canvas.title(say("answer only where sure"))
    text = "Threshold P as in predict --reject P: an image whose probability is below it is not answered."
    return about.finish(canvas, say(text), say("Grey: 95 % interval."))


def mark_thresholds(canvas: Canvas, panel: Panel, coverage: Coverage, about: About) -> None:
    """Dots on the curve, named where there is room, and a table of all of them beside it."""
    columns = [LEFT + SIDE + offset for offset in (90, 210, 325)]
    for x, name in zip(columns, ("P", about.say("answered"), about.say("right")), strict=True):
        canvas.text(name, x, TOP + 14, "rm", colour=GREY)
    last = -math.inf
    for line, reject in enumerate(reversed(THRESHOLDS), 1):
        left = coverage.at(reject)
        y, accuracy = TOP + 14 + 34 * line, left.accuracy
        shown = f"{reject:g}", percent(left.coverage, 1), "–" if accuracy is None else percent(accuracy, 1)
        for x, words in zip(columns, shown, strict=True):
            canvas.text(words, x, y, "rm", SMALL + 3)
        if accuracy is None:
            continue
        point = panel.place(100 * left.coverage, 100 * accuracy)
        canvas.dots([point], BLUE, 8)
        if point[0] - last > 55 and reject:
            across = min(max(point[0], LEFT + 24), LEFT + SIDE - 24)
            up = point[1] + (24 if point[1] + 40 < TOP + SIDE else -24)
            canvas.text(f"{reject:g}", across, up, size=SMALL + 3, halo=3)
            last = point[0]
