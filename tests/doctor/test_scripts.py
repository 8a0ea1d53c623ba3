"""Files that train at their top, outside all functions: one pass of each loop is examined."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from charmlp.doctor.isolation.targets import Target, load
from charmlp.doctor.operation.numpy_code.descent.scripts import found, loops_of
from tests.doctor.test_survey import examined
from tests.sampling import in_full

REGRESSION = """
import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(12, 3))
t = X @ np.array([1.0, -2.0, 0.5]) + 0.3
w, b = np.zeros(3), 0.0
losses = []
for epoch in range(5):
    y_pred = X @ w + b
    loss = np.mean((y_pred - t) ** 2)
    losses.append(loss)
    dw = 2 * X.T @ (y_pred - t) / len(t)
    db = 2 * np.mean(y_pred - t)
    w -= 0.1 * dw
    b -= 0.1 * db
"""
DELTAS = """
import numpy as np


def squash(t):
    return 1 / (1 + np.exp(-t))


X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
y = np.array([[1.0], [1.0], [0.0], [0.0]])
np.random.seed(1)
syn0, syn1 = np.random.randn(2, 4), np.random.randn(4, 1)
for step in range(3):
    l1 = squash(X @ syn0)
    l2 = squash(l1 @ syn1)
    loss = np.mean(np.abs(y - l2))
    l2_delta = (y - l2) * l2 * (1 - l2)
    l1_delta = l2_delta @ syn1.T * l1 * (1 - l1)
    syn1 += l1.T @ l2_delta
    syn0 += X.T @ l1_delta
"""
SHARED = """
import numpy as np

x = np.array([1, 2, 3, 4], dtype=np.float32)
y = np.array([2, 4, 6, 8], dtype=np.float32)
w = 0.0


def forward(x):
    return w * x


def loss(y, y_pred):
    return ((y_pred - y) ** 2).mean()


eta = 0.01
for epoch in range(4):
    y_pred = forward(x)
    dw = (2 * x * (y_pred - y)).mean()
    w -= eta * dw
    l = loss(y, y_pred)
"""
ADDED_UP = """
import numpy as np

X = np.array([[0.1, 1.0], [1.0, 0.3], [1.0, 1.0]])
y = np.array([1.0, 0.0, 1.0])
W = np.array([0.2, -0.4])
for i in range(4):
    cost, dW = 0, 0
    for j in range(len(X)):
        p = 1 / (1 + np.exp(-X[j] @ W))
        cost += -y[j] * np.log(p) - (1 - y[j]) * np.log(1 - p)
        dW += (p - y[j]) * X[j]
    W = W - 0.5 * dW
"""


@pytest.mark.parametrize("source", [REGRESSION, DELTAS, SHARED, ADDED_UP])
def test_right_scripts_are_healthy(tmp_path: Path, source: str) -> None:
    diagnoses = examined(tmp_path, source)
    assert diagnoses and all(diagnoses), [diagnosis.text("en") for diagnosis in diagnoses]


@pytest.mark.parametrize(
    ("source", "right", "wrong", "mistake"),
    [
        (REGRESSION, "(y_pred - t) / len(t)", "(y_pred - t)", "missing-mean"),
        in_full((REGRESSION, "2 * np.mean(y_pred - t)", "np.mean(y_pred - t)", "factor-two")),
        (REGRESSION, "b -= 0.1", "b += 0.1", "sign-flipped"),
        (DELTAS, "@ syn1.T * l1 * (1 - l1)", "@ syn1.T", "path-forgotten"),
        in_full((DELTAS, "syn1 += l1", "syn1 -= l1", "sign-flipped")),
        (SHARED, "(2 * x * (y_pred - y)).mean()", "np.dot(2 * x, y_pred - y).mean()", "missing-mean"),
        (ADDED_UP, "W - 0.5 * dW", "W + 0.5 * dW", "sign-flipped"),
    ],
)
def test_a_mistake_in_a_script_is_named(
    tmp_path: Path, source: str, right: str, wrong: str, mistake: str
) -> None:
    assert source.count(right) == 1
    diagnoses = examined(tmp_path, source.replace(right, wrong))
    names = {m.name for diagnosis in diagnoses for m in diagnosis.mistakes}
    assert mistake in names


@pytest.mark.full
def test_what_steps_in_deltas_is_not_measured_by_a_loss_that_is_only_shown(tmp_path: Path) -> None:
    """Whoever shows a mean may train on a sum; what is called the gradient of a loss must be that."""
    shown = DELTAS.replace("np.abs(y - l2)", "(y - l2) ** 2")
    claims = shown.replace("l1_delta", "d_hidden").replace("l2_delta", "d_out")
    assert all(examined(tmp_path, shown))
    assert not all(examined(tmp_path, claims))


SHOWN = """
import numpy as np

np.random.seed(1)
lights = np.array([[1.0, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1]])
stop = np.array([[1, 1, 0, 0.0]]).T
w1, w2 = 2 * np.random.random((3, 4)) - 1, 2 * np.random.random((4, 1)) - 1
for iteration in range(20):
    h = np.tanh(lights @ w1)
    out = h @ w2
    error = np.mean((out - stop) ** 2)
    out_delta = out - stop
    h_delta = out_delta @ w2.T * (1 - h**2)
    w2 -= 0.1 * h.T @ out_delta
    w1 -= 0.1 * lights.T @ h_delta
"""


@pytest.mark.parametrize(
    ("right", "wrong", "mistakes"),
    [
        ("", "", set()),
        ("(1 - h**2)", "h * (1 - h)", {"wrong-variable"}),
        ("w1 -= ", "w1 += ", {"sign-flipped"}),
        ("-= 0.1", "+= 0.1", {"sign-flipped"}),
    ],
)
def test_so_many_times_what_is_shown_may_be_descended(
    tmp_path: Path, right: str, wrong: str, mistakes: set[str]
) -> None:
    (script,) = examined(tmp_path, SHOWN.replace(right, wrong) if right else SHOWN)
    assert {m.name for m in script.mistakes} == mistakes and script.reason is None


def test_the_variables_of_the_file_stay_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "kept.py"
    path.write_text(REGRESSION, encoding="utf-8")
    module = load(Target(str(path), None)).module
    w, losses = module.w.copy(), list(module.losses)
    assert len(loops_of(module)) == 1
    (script,) = found(module)
    script.readings[0]({"N": 5, "D": 7, "K": 3, "H": 4}, np.dtype(float)).run([np.ones(3), np.ones(())])
    assert np.array_equal(module.w, w) and module.losses == losses and "script" not in vars(module)


def test_loops_of_a_notebook_keep_to_its_cells(tmp_path: Path) -> None:
    head, loop = REGRESSION.split("losses = []")
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text}
        for text in (head, "losses = []" + loop)
    ]
    path = tmp_path / "steps.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    places = loops_of(load(Target(str(path), None)).module)
    assert [place for place, _ in places] == ["steps.ipynb[2]"]


def test_an_update_by_an_error_that_was_not_led_through_the_slope(tmp_path: Path) -> None:
    """It is a step like the others, though nothing in it is called a gradient."""
    forgotten = DELTAS.replace("l2_delta @ syn1.T * l1", "(l1_error := l2_delta @ syn1.T) * l1")
    (right,) = examined(tmp_path, forgotten)[-1:]
    assert right
    wrong = forgotten.replace("X.T @ l1_delta", "X.T @ l1_error")
    assert "path-forgotten" in {m.name for one in examined(tmp_path, wrong) for m in one.mistakes}
