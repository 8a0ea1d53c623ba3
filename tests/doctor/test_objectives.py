"""Objectives of gradient boosting: a gradient and a second derivative, and the loss or metric beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined
from tests.sampling import one_in

OF_BOOSTER = """
import numpy as np

def {name}_obj(preds, dtrain):
    labels = dtrain.get_label()
    {lines}
    return grad, hess

def {name}_eval(preds, dtrain):
    labels = dtrain.get_label()
    return "{name}", float({value})
"""
OF_LABELS = """
import numpy as np

def {name}_objective(y_true, y_pred):
    {lines}
    return grad, hess

def {name}_loss(y_true, y_pred):
    return {value}
"""


def booster(name: str, lines: str, value: str) -> str:
    return OF_BOOSTER.format(name=name, lines=lines, value=value)


def labelled(name: str, lines: str, value: str) -> str:
    return OF_LABELS.format(name=name, lines=lines, value=value)


LOGISTIC = booster(
    "logistic",
    "p = 1 / (1 + np.exp(-preds)); grad = p - labels; hess = p * (1 - p)",
    "np.mean(np.log1p(np.exp(preds)) - labels * preds)",
)
ROOT = booster(
    "rmse", "grad = preds - labels; hess = np.ones_like(grad)", "np.sqrt(np.mean((preds - labels) ** 2))"
)
OF_PROBABILITIES = labelled(
    "logistic",
    "p = 1 / (1 + np.exp(-y_pred)); grad = p - y_true; hess = p * (1 - p)",
    "-np.mean(y_true * np.log(y_pred) + (1 - y_true) * np.log(1 - y_pred))",
)
FAIR = labelled(
    "fair",
    "x = y_pred - y_true; grad = x / (abs(x) + 1); hess = 1 / (abs(x) + 1) ** 2",
    "np.sum(abs(y_true - y_pred) - np.log(1 + abs(y_true - y_pred)))",
)
SLIPS = [
    (LOGISTIC, "grad = p - labels", "grad = labels - p", "sign-flipped"),
    (FAIR, "x = y_pred - y_true", "x = y_true - y_pred", "sign-flipped"),
    (OF_PROBABILITIES, "grad = p - y_true", "grad = p * (1 - p) * (p - y_true)", ""),
    (ROOT, "grad = preds - labels", "grad = preds * labels", ""),
]


@pytest.mark.parametrize("source", one_in(2, [LOGISTIC, ROOT, OF_PROBABILITIES, FAIR]))
def test_the_scale_of_a_right_one_is_free(tmp_path: Path, source: str) -> None:
    """So is a root of what it descends, and whether a metric takes scores or probabilities."""
    found = examined(tmp_path, source)
    assert found and all(found), [one.text("en") for one in found]


@pytest.mark.parametrize(("source", "right", "wrong", "mistake"), one_in(3, SLIPS))
def test_what_is_no_multiple_is_mistaken(
    tmp_path: Path, source: str, right: str, wrong: str, mistake: str
) -> None:
    assert source.count(right) == 1
    named = {m.name for one in examined(tmp_path, source.replace(right, wrong)) for m in one.mistakes}
    assert mistake in named if mistake else named
