"""One operation laid out for examination: what it is taken for, and trials of it at different sizes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from charmlp.doctor.arrangement import Arrangement, Sizes
from charmlp.doctor.kind import Form, Kind
from charmlp.doctor.mistake import Phrase
from charmlp.doctor.operation.subject import Record
from charmlp.doctor.setups.observed import Observed, observe
from charmlp.doctor.setups.repair import Repaired, repair
from charmlp.doctor.setups.trial import Trial


@dataclass(frozen=True)
class Reading:
    """How the operation takes its inputs and which form it agrees with (None: with none)."""

    kind: Kind | None = None
    arrangement: Arrangement | None = None  # None: the inputs are guessed, or the user's own
    form: Form | None = None
    dtype: torch.dtype = torch.float64
    named: bool = False  # the user or the name says the kind
    others: tuple[Arrangement, ...] = ()  # with which forward agrees as well
    misfit: Phrase | None = None  # why the output can be of no such kind


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
    def kind(self) -> Kind | None:
        return self.first.kind

    @cached_property
    def randomness(self) -> str:
        """`unseeded` where two forwards differ under one seed, `seeded` where under two, else empty."""
        for kind, seed in (("unseeded", 0), ("seeded", 1)):
            pairs = zip(self.first.outputs, self.first.forward(self.first.values, seed), strict=True)
            if any(a.shape != b.shape or not torch.equal(a, b) for a, b in pairs):
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
        returned = self.returned
        return None if returned is None else repair(self.first, returned, self.first.upstreams[0])

    @cached_property
    def observations(self) -> list[Observed]:
        """One for each trial whose backward runs."""
        return [observed for observed in map(observe, self.trials) if observed is not None]
