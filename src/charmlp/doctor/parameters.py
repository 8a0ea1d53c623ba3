"""Numbers that a forward shows of itself, such as the slope of a leaky ReLU, read off what it gives."""

from typing import Any

import numpy as np

from charmlp.doctor.functions import Array

ROUNDING = 1e-6  # relative


def only_number(values: Array) -> float | None:
    """The one finite number that all values are, None where they differ: 0.01, not what float32 leaves of it.

    >>> only_number(np.array([0.009999999776482582, 0.01])), only_number(np.array([1.0, 2.0]))
    (0.01, None)
    """
    numbers = np.ravel(values).astype(float)
    if not numbers.size or not np.isfinite(numbers).all():
        return None
    if np.ptp(numbers) > ROUNDING * max(1.0, float(np.abs(numbers).max())):
        return None
    number = float(numbers.mean())
    rounded = float(f"{number:.6g}")
    return rounded if abs(number - rounded) <= 1e-7 * abs(number) else number


def is_short(number: float | None) -> bool:
    """Whether three digits say it all, as of a number that somebody chose; the root of a size has more.

    >>> is_short(0.125), is_short(1 / 7), is_short(3**0.5)
    (True, False, False)
    """
    return number is not None and abs(number - float(f"{number:.3g}")) <= 1e-7 * abs(number)


def is_chosen(trial: Any, number: float) -> bool:
    """Whether somebody chose this number: an option has it, of the call or of the object."""
    return any(abs(number - value) <= ROUNDING * max(1.0, abs(value)) for value in trial.options.values())


def output_at(trial: Any, role: str, canonical: Array) -> Array | None:
    """What forward gives for another input of that role; None where it raises or is not finite."""
    try:
        with np.errstate(all="ignore"):
            y = np.asarray(trial.forward(trial.values_with(role, canonical))[0], dtype=float)
    except Exception:
        return None
    return y if np.isfinite(y).all() else None
