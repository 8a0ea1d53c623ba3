"""What a training of a search has shown, and the trainings of one setting together."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.evaluation.comparison import Readings

LESS_IS_BETTER = "loss"  # of the figures; of the others, more is


@dataclass(frozen=True)
class Trial:
    """One training: a setting with a seed.

    accuracy, macro_f1, loss  on the validation images, of the epoch that was kept
    epoch                     that one
    right                     which validation images are read right, eight a byte, as hexadecimal digits
    step                      by which it was computed
    seconds                   that it took
    failed                    why there are no figures; empty where there are
    """

    setting: int
    seed: int
    accuracy: float = float("nan")
    macro_f1: float = float("nan")
    loss: float = float("nan")
    epoch: int = 0
    right: str = ""
    step: str = ""
    seconds: float = 0.0
    failed: str = ""

    @property
    def pruned(self) -> bool:
        """Whether it was ended by its `worker` because others were better by then."""
        return self.failed.startswith("pruned")

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold: only what is known."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value == value}

    def readings(self, images: int) -> Readings:
        """Whether each of so many validation images is read right."""
        bits = np.frombuffer(bytes.fromhex(self.right), np.uint8)
        return np.unpackbits(bits, count=images).astype(bool)


def packed_readings(right: Readings) -> str:
    """What `Trial.right` holds.

    >>> packed_readings(np.array([True, False, True]))
    'a0'
    """
    return np.packbits(right).tobytes().hex()


@dataclass(frozen=True)
class Tried:
    """A setting and its trainings: those of the search, in the order of their seeds."""

    number: int
    values: dict[str, Any]
    trials: tuple[Trial, ...]

    @property
    def failed(self) -> tuple[Trial, ...]:
        return tuple(trial for trial in self.trials if trial.failed)

    @property
    def pruned(self) -> bool:
        """Whether it was left because others were better by then."""
        return any(trial.pruned for trial in self.trials)

    def figures(self, monitor: str) -> list[float]:
        return [getattr(trial, monitor) for trial in self.trials if not trial.failed]

    def mean(self, monitor: str) -> float:
        return statistics.fmean(self.figures(monitor))

    def deviation(self, monitor: str) -> float | None:
        """The standard deviation over seeds; None where there is one."""
        figures = self.figures(monitor)
        return statistics.stdev(figures) if len(figures) > 1 else None


def ranked(tried: Sequence[Tried], monitor: str) -> list[Tried]:
    """The settings of which every training ended well, the best first; of equal ones the first tried."""
    whole = [each for each in tried if each.trials and not each.failed]
    sign = 1 if monitor == LESS_IS_BETTER else -1
    return sorted(whole, key=lambda each: (sign * each.mean(monitor), each.number))
