"""Layers that add a penalty to the gradients of their weights, and gradients that are cut off on purpose."""

import json
from pathlib import Path

import pytest

from charmlp.cli import main

LAYER = """
import numpy as np


class Dense:
    def __init__(self, inputs, units, weight_l1=0, weight_l2=0, bias_l2=0):
        self.weights = 0.1 * np.random.randn(inputs, units)
        self.biases = np.zeros((1, units))
        self.weight_l1, self.weight_l2, self.bias_l2 = weight_l1, weight_l2, bias_l2

    def forward(self, inputs):
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues):
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        if self.weight_l1 > 0:
            dL1 = np.ones_like(self.weights)
            dL1[self.weights < 0] = -1
            self.dweights += self.weight_l1 * dL1
        if self.weight_l2 > 0:
            self.dweights += 2 * self.weight_l2 * self.weights
        if self.bias_l2 > 0:
            self.dbiases += 2 * self.bias_l2 * self.biases
        self.dinputs = np.dot(dvalues, self.weights.T)


def penalty(layer):
    return layer.weight_l1 * np.sum(np.abs(layer.weights)) + layer.weight_l2 * np.sum(layer.weights**2)


layer = Dense(2, 3, weight_l2=5e-4, bias_l2=5e-4)
layer.forward(np.ones((4, 2)))
layer.backward(np.ones((4, 3)))
"""
CLIPPED = """
import numpy as np

Wx, Wh, Wy = np.random.randn(6, 5) * 0.01, np.random.randn(6, 6) * 0.01, np.random.randn(5, 6) * 0.01
bh, by = np.zeros((6, 1)), np.zeros((5, 1))


def loss_of(inputs, targets, before):
    xs, hs, ps, loss = {}, {-1: np.copy(before)}, {}, 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((5, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(Wx @ xs[t] + Wh @ hs[t - 1] + bh)
        y = Wy @ hs[t] + by
        ps[t] = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(ps[t][targets[t], 0])
    dWx, dWh, dWy = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(Wy)
    dbh, dby, dnext = np.zeros_like(bh), np.zeros_like(by), np.zeros_like(bh)
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWy += dy @ hs[t].T
        dby += dy
        draw = (1 - hs[t] ** 2) * (Wy.T @ dy + dnext)
        dbh += draw
        dWx += draw @ xs[t].T
        dWh += draw @ hs[t - 1].T
        dnext = Wh.T @ draw
    for dparam in [dWx, dWh, dWy, dbh, dby]:
        np.clip(dparam, -5, 5, out=dparam)
    return loss, dWx, dWh, dWy, dbh, dby, hs[len(inputs) - 1]
"""
SLIPS = {
    "a-half": ("2 * self.weight_l2", "self.weight_l2"),
    "minus": ("+= self.weight_l1", "-= self.weight_l1"),
    "no-sign": ("            dL1[self.weights < 0] = -1\n", ""),
    "overwritten": ("self.dweights += 2", "self.dweights = 2"),
}


def verdicts(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    main(["doctor", str(path), "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    return {one["target"].rpartition(":")[2]: one["verdict"] for one in found}


@pytest.mark.parametrize("penalised", [LAYER, LAYER.replace("**2)", "**2) / 2").replace("+= 2 *", "+=")])
def test_right_penalties_are_healthy(
    penalised: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdicts(penalised, tmp_path, capsys) == {"Dense": "healthy"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name == "a-half" else [pytest.mark.full]) for name in SLIPS]
)
def test_wrong_penalties_are_mistaken(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = SLIPS[name]
    assert old in LAYER
    assert verdicts(LAYER.replace(old, new), tmp_path, capsys)["Dense"] == "mistaken"


@pytest.mark.full
def test_wrong_ones_that_are_cut_off_are_mistaken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = CLIPPED.replace("Wy.T @ dy + dnext", "Wy.T @ dy")
    assert verdicts(wrong, tmp_path, capsys) == {"loss_of": "mistaken"}


def test_gradients_cut_off_at_a_bound_are_no_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verdicts(CLIPPED, tmp_path, capsys) == {"loss_of": "healthy"}
    assert (
        verdicts(CLIPPED.replace("Wy.T @ dy + dnext", "Wy.T @ dy"), tmp_path, capsys)["loss_of"] == "mistaken"
    )
