"""Whether probabilities can be trusted: the reliability diagram, and what is left where only sure answers count."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.drawing.axes import Panel, place_label
from charmlp.drawing.canvas import INCH, Canvas
from charmlp.drawing.colours import BLACK, BLUE, GREY, MIDDLE
from charmlp.drawing.fonts import SMALL, text_width
from charmlp.evaluation.pictures.about import About
from charmlp.metrics import Calibration, Coverage, wilson

Array = NDArray[Any]

LEFT, TOP, SIDE = 130, 70, 700  # pixels
BAND = "#e4e4e4"
THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)  # that are marked on the curve
MOST_STEPS = 300  # of a curve: more cannot be seen


def reliability(calibration: Calibration, about: About = About()) -> Canvas:
    """The share of right answers over their probability, images of similar probability together.

    Beside it stands what chance alone does to a model whose probabilities are right.
    """
    say, bins = about.say, calibration.bins
    canvas = Canvas(LEFT + SIDE + 40, TOP + SIDE + 85)
    panel = Panel(canvas, (LEFT, TOP, LEFT + SIDE, TOP + SIDE), (0, 100), (0, 100))
    n = sum(each.n for each in bins)
    xs = np.linspace(0, 100, 101)
    if bins:
        low, high = chance_band(xs / 100, max(1, n // len(bins)))
        panel.band(xs.tolist(), (100 * low).tolist(), (100 * high).tolist(), BAND)
    panel.axes(say("share that is right"), x_name=say("probability of the guess"), unit=" %")
    panel.curve((0, 100), (0, 100), MIDDLE)
    places = [(100 * each.confidence, 100 * each.accuracy) for each in bins]
    for (x, _), each in zip(places, bins, strict=True):
        canvas.line([panel.place(x, 100 * edge) for edge in each.interval], BLUE, 2)
    if places:
        canvas.line([panel.place(*place) for place in places], BLUE, 2)
        canvas.dots([panel.place(*place) for place in places], BLUE, 8)
    canvas.title(say("reliability: calibration error {error:.1%}", error=calibration.error))
    text = "Each dot: {each} of the {n:,} images, those of similar probability; bars: 95 % intervals."
    each_has = f"{n // len(bins):,}" if bins else "0"
    chance = (
        "Grey: where 95 % of such dots lie if probabilities are exactly right."
        " Their error is then {chance:.1%}, seldom above {seldom:.1%}."
    )
    return about.finish(
        canvas,
        say(text, each=each_has, n=n),
        say(chance, chance=calibration.by_chance, seldom=calibration.by_chance_95),
        say("Below the diagonal: more sure than right. Above: more right than sure."),
    )


def chance_band(shares: Array, n: int) -> tuple[Array, Array]:
    """Between which shares of n lie 95 % of draws that succeed with each probability, by the binomial itself."""
    k = np.arange(n + 1)
    choose = np.array([math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in k])
    p = np.clip(shares, 1e-12, 1 - 1e-12)[:, np.newaxis]
    total = np.cumsum(np.exp(choose + k * np.log(p) + (n - k) * np.log1p(-p)), axis=1)
    return (total < 0.025).sum(axis=1) / n, np.minimum((total < 0.975).sum(axis=1), n) / n


def accuracy_over_coverage(coverage: Coverage, about: About = About()) -> Canvas:
    """How many answers are right where only the surest images are answered, with thresholds to choose from."""
    say = about.say
    total = int(coverage.answered[-1]) if len(coverage.answered) else 0
    canvas = Canvas(LEFT + SIDE + 40, TOP + SIDE + 85)
    steps = np.unique(np.linspace(0, len(coverage.answered) - 1, MOST_STEPS).astype(int))
    if not total:
        steps = steps[:0]
    answered, right = coverage.answered[steps], coverage.right[steps]
    intervals = np.array([wilson(int(r), int(n)) for r, n in zip(right, answered, strict=True)])
    xs, ys = 100 * answered / max(total, 1), 100 * right / np.maximum(answered, 1)
    low = lowest(ys, intervals)
    panel = Panel(canvas, (LEFT, TOP, LEFT + SIDE, TOP + SIDE), (0, 100), (low, 100.0 + 0.02 * (100 - low)))
    if len(xs):
        below = np.maximum(100 * intervals[:, 0], low)
        panel.band(xs.tolist(), below.tolist(), (100 * intervals[:, 1]).tolist(), BAND)
    panel.axes(say("right among the answers"), x_name=say("images that are answered"), unit=" %")
    if len(xs):
        canvas.line([panel.place(x, max(y, low)) for x, y in zip(xs, ys, strict=True)], BLUE)
    last = -math.inf
    for reject in THRESHOLDS:
        count = int(np.searchsorted(-coverage.thresholds, -reject, side="right"))
        if not count:
            continue
        at = 100 * coverage.answered[count - 1] / total
        share = 100 * coverage.right[count - 1] / coverage.answered[count - 1]
        point = panel.place(at, max(share, low))
        canvas.dots([point], BLUE, 8)
        words = say("P = {reject:g}", reject=reject)
        if abs(point[0] - last) > 40:
            x, y, anchor = place_label([point], text_width(words, SMALL + 3), panel)
            canvas.text(words, x, y, anchor, SMALL + 3, halo=3)
            last = point[0]
    canvas.title(say("answer only where sure"))
    text = "Threshold P as in predict --reject P: an image whose probability is below it is not answered."
    return about.finish(canvas, say(text), say("Grey: 95 % interval."))


def lowest(ys: Array, intervals: Array) -> float:
    """Where the axis of accuracies begins: at tens, below the curve."""
    if not len(ys):
        return 0.0
    settled = intervals[len(intervals) // 20 :, 0].min(initial=1.0)
    return max(0.0, 10 * math.floor(min(float(ys.min()), 100 * float(settled)) / 10))
