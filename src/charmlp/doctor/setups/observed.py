"""The gradients of one trial for each of its upstream gradients, beside the right ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from charmlp.doctor.operation.subject import Upstream
from charmlp.doctor.setups.repair import Repaired, repair
from charmlp.doctor.setups.trial import Trial


@dataclass(frozen=True, eq=False)
class Observed:
    """`gradients` are repaired: one list, by input, for each of the trial's upstream gradients."""

    trial: Trial
    gradients: Sequence[Sequence[Tensor | None]]

    @cached_property
    def analytic(self) -> list[Tensor | None]:
        """By input: the gradients for all upstream gradients, one after the other."""
        by_input = enumerate(zip(*self.gradients, strict=True))
        return [joined(None if g is None else self.trial.chosen(i, g) for g in each) for i, each in by_input]

    @cached_property
    def right(self) -> list[Tensor | None]:
        """By input: the right gradients likewise."""
        positions, upstreams = range(len(self.trial.values)), self.trial.upstreams
        return [joined(self.trial.expected(i, upstream) for upstream in upstreams) for i in positions]

    def tolerance(self, position: int) -> float:
        """Largest relative error that is none, given the digits of the gradient's dtype."""
        gradient = self.gradients[0][position]
        if gradient is None or not gradient.is_floating_point():
            return self.trial.tolerance
        return max(self.trial.tolerance, 4 * torch.finfo(gradient.dtype).eps)

    def relative_error(self, position: int) -> float | None:
        """‖a − n‖ / ‖n‖ over all upstream gradients, None where there is nothing to compare."""
        a, n = self.analytic[position], self.right[position]
        if a is None or n is None or a.shape != n.shape:
            return None
        if not torch.isfinite(a).all():
            return float("inf")
        scale = float(n.norm())
        return float((a - n).norm()) / scale if scale > 0 else float(a.norm())

    def is_right(self, position: int) -> bool:
        error = self.relative_error(position)
        return error is not None and error <= self.tolerance(position)


def joined(parts: Iterable[Tensor | None]) -> Tensor | None:
    """One after the other, None where one of them is missing."""
    found = list(parts)
    there = [part for part in found if part is not None]
    return torch.cat(there) if len(there) == len(found) else None


def repaired(trial: Trial, upstream: Upstream) -> Repaired | None:
    """The gradients of a run in the shapes of their inputs, None where backward gave none."""
    returned = trial.returned(trial.record(upstream))
    return None if returned is None else repair(trial, returned, upstream)


def observe(trial: Trial) -> Observed | None:
    """The gradients for each upstream gradient, None where backward does not run for one of them."""
    gradients = []
    for upstream in trial.upstreams:
        one = repaired(trial, upstream)
        if one is None:
            return None
        gradients.append(one.gradients)
    return Observed(trial, gradients)
