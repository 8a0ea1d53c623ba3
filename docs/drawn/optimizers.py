"""How optimizers move on a parabola, and in a valley of two parameters: with the rules that train."""

from __future__ import annotations

import math

import numpy as np

from charmlp.config import TrainingConfig
from charmlp.drawing.colours import BLACK, GREY, LIGHT
from charmlp.training.steps.optimizers import make_optimizer, rates, update
from drawn.chart import Chart
from drawn.sheet import BACKWARD, FORWARD, SMALL, WIDTH, Point, Sheet, number

RATES = {0.1: GREY, 1.0: BLACK, 1.8: FORWARD, 2.1: BACKWARD}  # η a, and the colour of its line
STEPS = 12
CURVATURES = 1.0, 15.0  # along the valley, and across it
START = -1.0, 0.45
MIDDLE_OF_VALLEY, UNIT = (450.0, 165.0), 310.0  # pixels


def path(
    curvatures: tuple[float, ...], start: tuple[float, ...], steps: int, **settings: float | str
) -> np.ndarray:
    """Where the parameters of L = ½ Σ a θ² are before the first and after each step."""
    config = TrainingConfig(**settings)
    theta, curvature = np.array(start), np.array(curvatures)
    optimizer = make_optimizer(config, theta)
    places = [theta.copy()]
    for lr, scale, keep, _ in rates(config, np.full(steps, config.lr), 0):
        update(optimizer, theta, slice(None), curvature * theta, lr, scale, keep)
        places.append(theta.copy())
    return np.array(places)


def draw_rates(sheet: Sheet) -> None:
    """θ against the step for learning rates below, at and above the best one."""
    chart = Chart((0, STEPS), (-1.6, 1.6), 340)
    ticks = {value: number(value) for value in (-1.0, 0.0, 1.0)}
    chart.axes(sheet, {t: f"{t}" for t in range(0, STEPS + 1, 2)}, ticks, sheet.say("step", "步数"), "θ")
    for row, (rate, colour) in enumerate(RATES.items()):
        theta = path((1.0,), (1.0,), STEPS, optimizer="sgd", momentum=0.0, lr=rate)[:, 0]
        chart.curve(sheet, range(STEPS + 1), theta.tolist(), colour, dots=True)
        sheet.text(f"η a = {rate:g}", WIDTH - 24, 242 + 28 * row, "rm", SMALL, colour, halo=3)


def at(theta: np.ndarray) -> Point:
    x, y = MIDDLE_OF_VALLEY
    return x + UNIT * float(theta[0]), y - UNIT * float(theta[1])


def draw_valley(sheet: Sheet) -> None:
    """The same start for three optimizers, on lines of equal loss."""
    sheet.height = 400
    along, across = CURVATURES
    for loss in (0.02, 0.1, 0.3, 0.6, 1.0):
        angles = np.linspace(0, 2 * math.pi, 73)
        ring = np.sqrt(2 * loss) * np.stack([np.cos(angles) / along**0.5, np.sin(angles) / across**0.5], 1)
        sheet.line([at(theta) for theta in ring if at(theta)[0] < WIDTH], LIGHT, 2)
    paths = {
        "SGD": (BACKWARD, {"optimizer": "sgd", "momentum": 0.0, "lr": 0.12}),
        sheet.say("SGD, momentum 0.8", "SGD，动量 0.8"): (
            FORWARD,
            {"optimizer": "sgd", "momentum": 0.8, "lr": 0.03},
        ),
        "Adam": (BLACK, {"optimizer": "adam", "lr": 0.08}),
    }
    for row, (name, (colour, settings)) in enumerate(paths.items()):
        places = path(CURVATURES, START, 25, **settings)
        sheet.line([at(theta) for theta in places], colour, 3)
        sheet.dots([at(theta) for theta in places], colour, 4)
        sheet.text(name, 20, 316 + 28 * row, "lm", SMALL, colour, halo=3)
    sheet.dots([at(np.zeros(2))], BLACK, 6)


FIGURES = {"optimizer-rates": draw_rates, "optimizer-valley": draw_valley}
