"""Settings with trainings whose readings are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from charmlp.search.measured import Trial, Tried, packed_readings


def trial(setting: int, seed: int, right: Sequence[Any] | np.ndarray, **more: Any) -> Trial:
    """A training that reads these images right, and no others."""
    right = np.asarray(right, bool)
    return Trial(setting, seed, accuracy=float(right.mean()), loss=1.0, right=packed_readings(right), **more)


def failed(setting: int, seed: int, reason: str = "diverges") -> Trial:
    return Trial(setting, seed, failed=reason)


class World:
    """Images of which some are hard, and settings that read them with the luck of their seed."""

    def __init__(self, seed: int, images: int = 200, better: dict[int, float] | None = None) -> None:
        self.random = np.random.default_rng(seed)
        self.ease = self.random.normal(1.5, 2.0, images)  # logits of being read
        self.better = better or {}

    def tried(self, number: int, seeds: Sequence[int]) -> Tried:
        trials = []
        for seed in seeds:
            ease = self.ease + self.better.get(number, 0.0) + self.random.normal(0, 0.2)
            right = self.random.random(len(ease)) < 1 / (1 + np.exp(-ease))
            trials.append(trial(number, seed, right))
        return Tried(number, {}, tuple(trials))
