"""How well the gradients that a step shows agree with a loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array
from charmlp.doctor.operation.numpy_code.descent.descents import Descent, Problem

TOLERANCE = 1e-4  # relative, of slopes
ALIKE = 0.99  # cosine of gradients that at least have a direction in common


@dataclass(frozen=True)
class Compared:
    """How well gradients agree with a loss, and how many times its slopes they are: all, and each of them.

    The agreement: whether it is the code's own and a gradient is right; how many numbers are; how alike all.
    """

    descent: Descent
    agreement: tuple[bool, float, float]
    factor: float
    factors: Mapping[str, float | None]  # None where there is none, by the parameters
    sizes: Mapping[str, int]

    def is_meant(self, problem: Problem) -> bool:
        alike = self.agreement[2]
        is_scaled = alike >= ALIKE and (alike < 1 or is_usual_factor(self.factor, problem))
        return bool(self.agreement[1]) or is_scaled

    def times(self, factor: float) -> "Compared":
        """With so many times the loss."""
        same = [name for name, f in self.factors.items() if f is not None and abs(f / factor - 1) < TOLERANCE]
        whole = float(sum(self.sizes[name] for name in same))
        descent = replace(self.descent, times=round(factor, 6))
        return replace(self, descent=descent, agreement=(True, whole, self.agreement[2]))


def compared(
    descent: Descent, parameters: Mapping[str, Array], names: Sequence[str], analytic: Array, numeric: Array
) -> Compared:
    """Of slopes along some directions, by the names of the parameters that were moved."""
    right = abs(numeric - analytic) <= TOLERANCE * np.maximum(abs(numeric), 1e-3)
    of = {name: [i for i, other in enumerate(names) if other == name] for name in parameters}
    whole = float(sum(value.size for name, value in parameters.items() if right[of[name]].all()))
    norms = float(np.linalg.norm(numeric) * np.linalg.norm(analytic))
    alike = round(abs(float(numeric @ analytic)) / norms, 6)
    return Compared(
        descent,
        (whole > 0 and descent.is_own, whole, alike),
        abs(float(analytic @ numeric)) / float(numeric @ numeric),
        {name: only_factor(analytic[rows], numeric[rows]) for name, rows in of.items()},
        {name: value.size for name, value in parameters.items()},
    )


def only_factor(analytic: Array, numeric: Array) -> float | None:
    """How many times each other slopes are, if all are the same number of times."""
    if not numeric.all():
        return None
    factor = float(np.median(analytic / numeric))
    return round(factor, 4) if np.allclose(analytic, factor * numeric, rtol=TOLERANCE) and factor else None


def is_usual_factor(factor: float, problem: Problem) -> bool:
    """Whether a gradient is mistaken by it; by another one it is of another loss, such as the root of it."""
    n, k = problem.sizes["N"], max(problem.outputs, 1)
    usual = [a * b for a in (0.5, 1, 2) for b in (1, n, k, n * k, 1 / n, 1 / k, 1 / n / k)]
    return any(abs(factor / one - 1) < 1e-3 for one in usual)


def differ(one: Any, other: Any) -> bool:
    return one is not None and not np.array_equal(one, other)
