"""The gradients of one trial for each of its upstream gradients, beside the right ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from charmlp.doctor.operation.record import Upstream
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
        return [self.stacked(position) for position in range(len(self.trial.values))]

    def stacked(self, position: int) -> Tensor | None:
        parts = [by_input[position] for by_input in self.gradients]
        if any(part is None for part in parts):
            return None
        return torch.cat([self.trial.chosen(position, part) for part in parts if part is not None])

    @cached_property
    def right(self) -> list[Tensor | None]:
        """By input: the right gradients likewise."""
        return [self.stacked_right(position) for position in range(len(self.trial.values))]

    def stacked_right(self, position: int) -> Tensor | None:
        parts = [self.trial.expected(position, upstream) for upstream in self.trial.upstreams]
        return None if any(part is None for part in parts) else torch.cat([p for p in parts if p is not None])

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
