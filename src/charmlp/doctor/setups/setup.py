"""One operation laid out for examination: what it is taken for, and trials of it at different sizes."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import GUESSED, Arrangement, Sizes
from charmlp.doctor.functions import FLOAT64, Array
from charmlp.doctor.kind import UNKNOWN, Form, Kind
from charmlp.doctor.mistake import Phrase
from charmlp.doctor.operation.subject import Record, Upstream, is_real
from charmlp.doctor.setups.repair import Repaired, repair
from charmlp.doctor.setups.trial import Trial

ZERO = 1e-9


@dataclass(frozen=True)
class Reading:
    """How the operation takes its inputs and which form it agrees with (None: with none)."""

    kind: Kind = UNKNOWN
    arrangement: Arrangement = GUESSED  # or the user's own inputs
    form: Form | None = None
    dtype: np.dtype = FLOAT64
    named: bool = False  # the user or the name says the kind
    others: tuple[Arrangement, ...] = ()  # with which forward agrees as well
    misfit: Phrase | None = None  # why the output can be of no such kind
    flags: bool = True  # what an option such as `training` is


@dataclass(frozen=True, eq=False)
class Observed:
    """The gradients of one trial for each of its upstream gradients, beside the right ones.

    `gradients` are repaired: one list, by input, for each of the trial's upstream gradients.
    """

    trial: Trial
    gradients: Sequence[Sequence[Array | None]]

    @cached_property
    def analytic(self) -> list[Array | None]:
        """By input: the gradients for all upstream gradients, one after the other."""
        by_input = enumerate(zip(*self.gradients, strict=True))
        return [joined(None if g is None else self.trial.chosen(i, g) for g in each) for i, each in by_input]

    @cached_property
    def right(self) -> list[Array | None]:
        """By input: the right gradients likewise."""
        positions, upstreams = range(len(self.trial.values)), self.trial.upstreams
        return [joined(self.trial.expected(i, upstream) for upstream in upstreams) for i in positions]

    def tolerance(self, position: int) -> float:
        """Largest relative error that is none, given the digits of the gradient's dtype."""
        gradient = self.gradients[0][position]
        if gradient is None or not is_real(gradient):
            return self.trial.tolerance
        return max(self.trial.tolerance, 4 * float(np.finfo(gradient.dtype).eps))

    def relative_error(self, position: int) -> float | None:
        """‖a − n‖ / ‖n‖ over all upstream gradients, None where there is nothing to compare."""
        a, n = self.analytic[position], self.right[position]
        if a is None or n is None or a.shape != n.shape:
            return None
        if not np.isfinite(a).all():
            return float("inf")
        size, scale = float(np.linalg.norm(a)), float(np.linalg.norm(n))
        if max(size, scale) < ZERO:
            return 0.0  # numeric differentiation leaves some rounding where the gradient is 0
        return float(np.linalg.norm(a - n)) / max(scale, ZERO)

    def is_right(self, position: int) -> bool:
        error = self.relative_error(position)
        return error is not None and error <= self.tolerance(position)


def joined(parts: Iterable[Array | None]) -> Array | None:
    """One after the other, None where one of them is missing."""
    found = list(parts)
    there = [part for part in found if part is not None]
    return np.concatenate(there) if len(there) == len(found) else None


def repaired(trial: Trial, upstream: Upstream) -> Repaired | None:
    """The gradients of a run in the shapes of their inputs, None where backward gave none."""
    returned = trial.returned(trial.record(upstream))
    return None if returned is None else repair(trial, returned, upstream)


def observe(trial: Trial) -> Observed | None:
    """The gradients for each upstream gradient, None where backward does not run for one of them."""
    runs = itertools.takewhile(bool, (repaired(trial, upstream) for upstream in trial.upstreams))
    gradients = [run.gradients for run in runs if run is not None]
    return Observed(trial, gradients) if len(gradients) == len(trial.upstreams) else None


@dataclass(frozen=True, eq=False)
class SetUp:
    """What every check is given. Nothing of it changes; what is computed once is kept."""

    reading: Reading
    trials: tuple[Trial, ...]  # of different sizes and numbers; one where the second cannot be made
    remake: Callable[[Sizes], Trial | None]  # a trial at yet other sizes
    failure: Callable[[Sizes], Exception | None]  # what forward raises at other sizes

    @property
    def first(self) -> Trial:
        return self.trials[0]

    @property
    def kind(self) -> Kind:
        return self.first.kind

    @cached_property
    def randomness(self) -> str:
        """`unseeded` where two forwards differ under one seed, `seeded` where under two, else empty."""
        for kind, seed in (("unseeded", 0), ("seeded", 1)):
            pairs = zip(self.first.outputs, self.first.forward(self.first.values, seed), strict=True)
            if any(a.shape != b.shape or not np.array_equal(a, b) for a, b in pairs):
                return kind
        return ""

    @property
    def can_be_judged(self) -> bool:
        """Whether there are gradients of one and the same forward."""
        return self.randomness != "unseeded" and self.returned is not None

    @cached_property
    def record(self) -> Record:
        """One forward, and two backward passes over it."""
        return self.first.record(self.first.upstreams[0], twice=True)

    @cached_property
    def returned(self) -> list[Any] | None:
        return self.first.returned(self.record)

    @cached_property
    def repaired(self) -> Repaired | None:
        return None if self.returned is None else repair(self.first, self.returned, self.first.upstreams[0])

    @property
    def is_right(self) -> bool:
        """Whether all gradients of the first trial are right."""
        wanted = [i for i, wants in enumerate(self.first.wants) if wants]
        return bool(self.observations) and all(map(self.observations[0].is_right, wanted))

    @cached_property
    def observations(self) -> list[Observed]:
        """One for each trial whose backward runs."""
        return list(filter(None, map(observe, self.trials)))
