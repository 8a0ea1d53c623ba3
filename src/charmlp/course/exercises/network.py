"""A small network with its loss, as steps: forward, backward, and one step of gradient descent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from charmlp.course.exercises import operations as op
from charmlp.course.exercises.numbers import Array
from charmlp.course.exercises.step import Given, Step

TARGET = r"y^{\ast}"
UNSTATED = {"one": Given("1", np.ones(1))}  # the upstream gradient of the loss itself


def by(symbol: str) -> str:
    """∂L/∂symbol."""
    return rf"\frac{{\partial L}}{{\partial {symbol}}}"


def given_network(
    x: Array, weights: Sequence[Array], biases: Sequence[Array], target: Array
) -> dict[str, Given]:
    found = {"x": Given("x", x)}
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True), 1):
        found[f"W{layer}"] = Given(f"W_{{{layer}}}", weight)
        found[f"b{layer}"] = Given(f"b_{{{layer}}}", bias)
    return found | {"y*": Given(TARGET, target)}


def forward(layers: int, act: str, new: str = "", prime: str = "") -> Iterator[Step]:
    """z1, h1, …, q, L; with the weights of another step those names end in `new`, and have a `prime`."""
    for layer in range(1, layers + 1):
        z, h = f"z{layer}{new}", f"h{layer}{new}"
        roles = {"x": input_of(layer, new), "weight": f"W{layer}{new}", "bias": f"b{layer}{new}"}
        if layer > 1:
            roles |= {"before": f"z{layer - 1}{new}", "input": "x"}
        yield Step(z, f"z{prime}_{{{layer}}}", op.LINEAR, roles)
        if layer < layers:
            yield Step(h, f"h{prime}_{{{layer}}}", op.activation(act), {"x": z})
    yield Step(f"q{new}", f"q{prime}", op.SOFTMAX, {"logits": z})
    roles = {"q": f"q{new}", "label": "y*", "logits": z}
    yield Step(f"L{new}", f"L{prime}", op.CROSS_ENTROPY, roles)


def input_of(layer: int, new: str = "") -> str:
    return f"h{layer - 1}{new}" if layer > 1 else "x"


def backward(layers: int, act: str) -> Iterator[Step]:
    """dz, dW, db of the last layer; dh, dz, dW, db of the one below it; and so on."""
    for layer in range(layers, 0, -1):
        z, w, b = f"z_{{{layer}}}", f"W_{{{layer}}}", f"b_{{{layer}}}"
        if layer == layers:
            roles = {"q": "q", "label": "y*", "logits": f"z{layer}", "y": "L", "g": "one"}
            yield Step(f"dz{layer}", by(z), op.LOGITS_GRADIENT, roles, f"z{layer}")
        else:
            roles = {"x": f"z{layer}", "y": f"h{layer}", "g": f"dh{layer}", "input": input_of(layer)}
            yield Step(f"dz{layer}", by(z), op.activation_gradient(act), roles, f"z{layer}")
        below = {
            "x": input_of(layer), "weight": f"W{layer}", "bias": f"b{layer}",
            "y": f"z{layer}", "g": f"dz{layer}",
        }  # fmt: skip
        more = {"input": "x", "before": f"z{layer - 1}"} if layer > 1 else {}
        above = {"above": f"dh{layer}"} if layer < layers else {}
        yield Step(f"dW{layer}", by(w), op.WEIGHT_GRADIENT, below | more | above, f"W{layer}")
        yield Step(f"db{layer}", by(b), op.BIAS_GRADIENT, below | above, f"b{layer}")
        if layer > 1:
            other = {"other_weight": f"W{layer - 1}", "label": "y*"}
            roles = below | more | other
            yield Step(f"dh{layer - 1}", by(f"h_{{{layer - 1}}}"), op.INPUT_GRADIENT, roles, f"h{layer - 1}")


def descent(layers: int, act: str) -> Iterator[Step]:
    """The new weights and biases, and a forward pass with them."""
    for layer in range(1, layers + 1):
        for name in (f"W{layer}", f"b{layer}"):
            roles = {"theta": name, "step": f"d{name}", "eta": "eta"}
            yield Step(f"{name}_new", f"{name[0]}'_{{{layer}}}", op.MOVED, roles)
    yield from forward(layers, act, "_new", "'")


def one_hot(classes: Sequence[int], count: int) -> Array:
    """Rows with a 1 at their class, counted from 0."""
    return np.eye(count)[list(classes)]
