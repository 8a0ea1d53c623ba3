"""What error a measured slope has: one-sided and central differences, in two precisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from charmlp.drawing.colours import BLACK
from drawn.chart import Chart
from drawn.sheet import BACKWARD, FORWARD, SMALL, WIDTH, Sheet

AT = 0.7
SMALLEST = 1e-13  # an error that is exactly 0 has no place among decades
Slope = Callable[[Any, Any], Any]


def f(x: Any) -> Any:
    """Sums, products and a quotient alone, which every machine rounds alike."""
    return 1 / (1 + x * x)


def one_sided(x: Any, step: Any) -> Any:
    return (f(x + step) - f(x)) / step


def central(x: Any, step: Any) -> Any:
    return (f(x + step) - f(x - step)) / (2 * step)


def errors(slope: Slope, real: type[np.floating[Any]], steps: np.ndarray) -> list[float]:
    right = -2 * AT * f(AT) ** 2
    return [max(abs(float(slope(real(AT), real(step))) - right), SMALLEST) for step in steps.tolist()]


def draw(sheet: Sheet) -> None:
    steps = np.array([float(f"{first}e{power}") for power in range(-12, 0) for first in (1, 3)] + [1.0])
    chart = Chart((1e-12, 1.0), (SMALLEST, 1.0), 380, log_x=True, log_y=True)
    powers = {10.0**exponent: ten_to(exponent) for exponent in (-12, -9, -6, -3)} | {1.0: "1"}
    chart.axes(sheet, powers, powers, sheet.say("step ε", "步长 ε"), sheet.say("error", "误差"))
    lines: dict[str, tuple[str, Slope, type[np.floating[Any]]]] = {
        sheet.say("central, float32", "中心差分，float32"): (BLACK, central, np.float32),
        sheet.say("one-sided, float64", "单侧差分，float64"): (BACKWARD, one_sided, np.float64),
        sheet.say("central, float64", "中心差分，float64"): (FORWARD, central, np.float64),
    }
    for row, (name, (colour, slope, real)) in enumerate(lines.items()):
        chosen = steps[steps > 3e-7] if real is np.float32 else steps  # below, x + ε is x
        chart.curve(sheet, chosen.tolist(), errors(slope, real, chosen), colour, dots=True)
        sheet.text(name, WIDTH - 24, 330 + 28 * row, "rm", SMALL, colour, halo=3)


def ten_to(exponent: int) -> str:
    """
    >>> ten_to(-12)
    '10⁻¹²'
    """
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


FIGURES = {"checking-steps": draw}
