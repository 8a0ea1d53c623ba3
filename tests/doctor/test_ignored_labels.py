"""Losses in which a label may be ignored: what was added before it stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined

IGNORES = """
import numpy as np

class LogisticLoss:
    def __init__(self, ignore_label=-1):
        self.ignore_label = ignore_label

    def forward(self, x, target):
        self.x, self.target, self.count = x, target, 0
        loss = 0.0
        for z, t in zip(x.ravel(), target.ravel()):
            if t == self.ignore_label:
                {ignored}
            else:
                self.count += 1
                loss += max(z, 0) - z * t + np.log(1 + np.exp(-abs(z)))
        return loss / max(self.count, 1)

    def backward(self):
        gradient = 1 / (1 + np.exp(-self.x)) - self.target
        gradient[self.target == self.ignore_label] = 0
        return gradient / max(self.count, 1)
"""


@pytest.mark.parametrize(("ignored", "expected"), [("continue", set()), ("loss = 0", {"forward-wrong"})])
def test_ignored_labels(ignored: str, expected: set[str], tmp_path: Path) -> None:
    found, *_ = examined(tmp_path, IGNORES.format(ignored=ignored))
    assert {mistake.name for mistake in found.mistakes} == expected
