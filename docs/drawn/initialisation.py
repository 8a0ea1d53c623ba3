"""The size of a signal on its way through many layers, for weights of four sizes."""

from __future__ import annotations

import numpy as np

from charmlp.drawing.colours import BLACK, GREY
from drawn.chart import Chart
from drawn.sheet import BACKWARD, FORWARD, SMALL, Sheet

LAYERS, WIDTH_OF_LAYER = 30, 100
NAMED_AT = 14  # the layer at which each curve has its name
VARIANCES = {"4/D": (4.0, BACKWARD), "2/D": (2.0, BLACK), "1/D": (1.0, FORWARD), "1/(3D)": (1 / 3, GREY)}


def sizes(factor: float) -> list[float]:
    """The root of the mean square of h, before the first and after each layer; variance factor/D."""
    generator = np.random.default_rng(0)
    h = generator.normal(size=WIDTH_OF_LAYER)
    found = [float(np.sqrt((h * h).mean()))]
    for _ in range(LAYERS):
        weights = generator.normal(size=(WIDTH_OF_LAYER, WIDTH_OF_LAYER)) * (factor / WIDTH_OF_LAYER) ** 0.5
        h = np.maximum(weights @ h, 0)
        found.append(float(np.sqrt((h * h).mean())))
    return found


def draw(sheet: Sheet) -> None:
    chart = Chart((0, LAYERS), (1e-8, 1e6), 360, log_y=True)
    powers = {1e6: "10⁶", 1e3: "10³", 1.0: "1", 1e-3: "10⁻³", 1e-6: "10⁻⁶"}
    ticks = {layer: f"{layer}" for layer in range(0, LAYERS + 1, 10)}
    chart.axes(sheet, ticks, powers, sheet.say("layer", "层"), sheet.say("size of h", "h 的大小"))
    for name, (factor, colour) in VARIANCES.items():
        found = sizes(factor)
        chart.curve(sheet, range(LAYERS + 1), found, colour)
        x, y = chart.place(NAMED_AT, found[NAMED_AT])
        grows = factor > 2
        sheet.text(f"v = {name}", x - 8 if grows else x + 8, y - 16, "rm" if grows else "lm", SMALL, colour)


FIGURES = {"initialisation-layers": draw}
