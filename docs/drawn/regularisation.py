"""Overfitting: the loss of a small network on its twelve examples and on others, with and without decay."""

from __future__ import annotations

from functools import cache

import numpy as np

from charmlp.calculus import squared_error, squared_error_backward
from charmlp.drawing.colours import BLACK, GREY
from drawn.chart import Chart
from drawn.sheet import BACKWARD, FORWARD, SMALL, WIDTH, Sheet

EXAMPLES, OTHERS, HIDDEN = 12, 60, 40
STEPS, RATE = 6000, 0.05


def noisy(generator: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of sin 3x, each off by 0.3 or so."""
    x = np.linspace(-1, 1, count)[:, None]
    return x, np.sin(3 * x) + 0.3 * generator.normal(size=x.shape)


@cache
def losses(decay: float) -> tuple[np.ndarray, np.ndarray]:
    """Training and validation loss before each step."""
    generator = np.random.default_rng(2)
    (x, y), (others, right) = noisy(generator, EXAMPLES), noisy(generator, OTHERS)
    generator = np.random.default_rng(1)
    first, bias = 4 * generator.normal(size=(HIDDEN, 1)), 2 * generator.normal(size=HIDDEN)
    second = 0.3 * generator.normal(size=(1, HIDDEN)) / HIDDEN**0.5
    parameters = first, bias, second
    found = []
    for _ in range(STEPS + 1):
        h = np.tanh(x @ first.T + bias)
        outputs = h @ second.T
        of_others = np.tanh(others @ first.T + bias) @ second.T
        found.append((squared_error(outputs, y), squared_error(of_others, right)))
        g = squared_error_backward(outputs, y)
        delta = (g @ second) * (1 - h * h)
        gradients = delta.T @ x, delta.sum(0), g.T @ h
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter -= RATE * (gradient + decay * parameter)
    training, validation = np.array(found).T
    return training, validation


def draw(sheet: Sheet) -> None:
    chart = Chart((1, STEPS), (0, 0.45), 360, log_x=True)
    ticks = {step: f"{step}" for step in (1, 10, 100, 1000)}
    levels = {value: f"{value:g}" for value in (0.0, 0.1, 0.2, 0.3, 0.4)}
    chart.axes(sheet, ticks, levels, sheet.say("step", "步数"), "")
    steps = np.unique(np.geomspace(1, STEPS, 120).astype(int))
    training, validation = losses(0.0)
    _, decayed = losses(0.01)
    best = int(validation.argmin())
    across, top = chart.place(best, 0.28)
    sheet.line([(across, top), chart.place(best, 0)], GREY, 2, dashed=True)
    sheet.text(sheet.say("stop here", "在此停止"), across, top - 14, size=SMALL, colour=GREY)
    lines = {
        sheet.say("training", "训练"): (FORWARD, training),
        sheet.say("validation", "验证"): (BACKWARD, validation),
        sheet.say("validation, weight decay", "验证，有权重衰减"): (BLACK, decayed),
    }
    for row, (name, (colour, loss)) in enumerate(lines.items()):
        chart.curve(sheet, steps.tolist(), loss[steps].tolist(), colour)
        sheet.text(name, WIDTH - 24, 40 + 28 * row, "rm", SMALL, colour, halo=3)


FIGURES = {"regularisation-overfitting": draw}
