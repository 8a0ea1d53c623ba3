"""Programs of objects and lists that are examined as their examples run them, each beside wrong twins."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor import Diagnosis
from charmlp.doctor.isolation.targets import defined
from charmlp.doctor.isolation.worker import examine_one
from charmlp.doctor.operation import own_run
from tests.doctor.test_numpy_functions import module_of

NEURONS = """
import math
import random


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


class Neuron:
    def __init__(self, before):
        self.before = before
        self.weights = [random.uniform(-1, 1) for _ in before]
        self.bias = random.uniform(-1, 1)

    def fire(self):
        self.net = self.bias + sum(w * b.out for w, b in zip(self.weights, self.before))
        self.out = sigmoid(self.net)


class Network:
    def __init__(self, *sizes):
        self.layers = [[Neuron([]) for _ in range(sizes[0])]]
        for size in sizes[1:]:
            self.layers.append([Neuron(self.layers[-1]) for _ in range(size)])

    def predict(self, inputs):
        for neuron, value in zip(self.layers[0], inputs):
            neuron.out = value
        for layer in self.layers[1:]:
            for neuron in layer:
                neuron.fire()
        return [neuron.out for neuron in self.layers[-1]]

    def correct(self, targets, rate):
        for layer in self.layers:
            for neuron in layer:
                neuron.error = 0.0
        for neuron, target in zip(self.layers[-1], targets):
            neuron.error = target - neuron.out
        for layer in reversed(self.layers[1:]):
            for neuron in layer:
                delta = neuron.error * neuron.out * (1 - neuron.out)
                for weight, before in zip(neuron.weights, neuron.before):
                    before.error += delta * weight
                neuron.weights = [
                    w + rate * delta * before.out for w, before in zip(neuron.weights, neuron.before)
                ]
                neuron.bias += rate * delta


def main():
    network = Network(2, 3, 2)
    for _ in range(500):
        network.predict([0, 1])
        network.correct([1, 0], 0.5)


if __name__ == "__main__":
    main()
"""
LISTS = """
import math

hidden_weights = [[0.2, -0.4], [0.7, 0.1], [-0.5, 0.3]]
weights = [0.3, -0.6, 0.4]


def run(x):
    hidden = [math.tanh(sum(w * v for w, v in zip(row, x))) for row in hidden_weights]
    return hidden, sum(w * h for w, h in zip(weights, hidden))


def learn(x, target, rate):
    hidden, out = run(x)
    error = out - target
    deltas = [error * w * (1 - h * h) for w, h in zip(weights, hidden)]
    for j, h in enumerate(hidden):
        weights[j] -= rate * error * h
    for j, delta in enumerate(deltas):
        for i, v in enumerate(x):
            hidden_weights[j][i] -= rate * delta * v


for _ in range(20):
    learn([0.5, -1.0], 0.8, 0.1)
"""
RIGHT = {"objects, forward and backward apart": (NEURONS, "Network"), "lists of the module": (LISTS, "learn")}
WRONG = {
    "overwritten": (NEURONS, "before.error += delta", "before.error = delta", 32),
    "of the wrong variable": (LISTS, "w * (1 - h * h)", "w * (1 - h)", 18),
    "the slope left out": (LISTS, "error * w * (1 - h * h)", "error * w", 28),
}
MARKS: list[list[pytest.MarkDecorator]] = [[], [], [pytest.mark.full]]


def diagnoses(source: str, folder: Path) -> dict[str, Diagnosis]:
    module = module_of(source, folder)
    own_run.remember([], module)
    return {name: examine_one(thing, None, name, name) for name, thing in defined(module)}


@pytest.mark.parametrize("name", RIGHT)
def test_right_programs(name: str, tmp_path: Path) -> None:
    source, learner = RIGHT[name]
    found = diagnoses(source, tmp_path)
    assert found[learner].verdict == "healthy"
    assert not any(one.mistakes for one in found.values())


@pytest.mark.parametrize("name", [pytest.param(n, marks=MARKS[i]) for i, n in enumerate(WRONG)])
def test_wrong_programs(name: str, tmp_path: Path) -> None:
    source, right, wrong, row = WRONG[name]
    assert right in source
    found = diagnoses(source.replace(right, wrong), tmp_path)
    assert row in {mistake.row for one in found.values() for mistake in one.mistakes}


def test_an_example_runs_to_its_first_step_only(tmp_path: Path) -> None:
    told = tmp_path / "told"
    source = NEURONS.replace("    main()\n", f"    main()\n    open({str(told)!r}, 'w').close()\n")
    assert diagnoses(source, tmp_path)["Network"].verdict == "healthy"
    assert not told.exists()
