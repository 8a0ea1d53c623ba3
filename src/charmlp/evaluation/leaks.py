"""Letters of a test that training has seen, or nearly: accuracy with and without them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.evaluation.measure import Evaluation
from charmlp.evaluation.twins import Twins, twins_between
from charmlp.letters.letterset import LetterSet
from charmlp.metrics import wilson


@dataclass(frozen=True)
class Leaks:
    """The letters of an evaluation that have a near-twin (`charmlp.evaluation.twins`) in training."""

    evaluation: Evaluation
    training: LetterSet

    @cached_property
    def twins(self) -> Twins:
        """For each letter of the evaluation the training letter most like it."""
        return twins_between(self.training.images, self.evaluation.letters.images)

    def __len__(self) -> int:
        return int(self.twins.there.sum())

    @property
    def accuracy_of_twins(self) -> float | None:
        """Of the letters that have a near-twin in training; None where there are none."""
        return self._right(self.twins.there)[0]

    @property
    def accuracy(self) -> float | None:
        """Of the other letters; None where there are none."""
        return self._right(~self.twins.there)[0]

    @property
    def interval(self) -> tuple[float, float]:
        """Of the accuracy of the other letters, 95 % (Wilson)."""
        return self._right(~self.twins.there)[1]

    def _right(self, which: NDArray[np.bool_]) -> tuple[float | None, tuple[float, float]]:
        right, count = int(self.evaluation.is_right[which].sum()), int(which.sum())
        return (right / count, wilson(right, count)) if count else (None, (0.0, 1.0))

    def to_dict(self) -> dict[str, Any]:
        """What `charmlp test --format json` prints under `leaks`."""
        found = np.flatnonzero(self.twins.there)
        found = found[np.argsort(-self.twins.likeness[found], kind="stable")]
        return {
            "n": len(found),
            "accuracy": self.accuracy_of_twins,
            "n_without": len(self.evaluation.letters) - len(found),
            "accuracy_without": self.accuracy,
            "interval_without": list(self.interval),
            "files": [
                {
                    "file": self.evaluation.letters.names[int(at)],
                    "train": self.training.names[int(self.twins.index[at])],
                    "likeness": round(float(self.twins.likeness[at]), 4),
                }
                for at in found
            ],
        }

    def __repr__(self) -> str:
        return f"Leaks({len(self):,} of {len(self.evaluation.letters):,})"
