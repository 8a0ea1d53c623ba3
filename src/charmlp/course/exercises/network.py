"""A small network with its loss, as steps: forward, backward, and one step of gradient descent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from charmlp import calculus
from charmlp.course.exercises import operations as op
from charmlp.course.exercises.numbers import Array
from charmlp.course.exercises.slips import SLIPS
from charmlp.course.exercises.step import Given, Operation, Step, Values

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


def forward(layers: int, act: str) -> Iterator[Step]:
    """z1, h1, …, q, L."""
    for layer in range(1, layers + 1):
        roles = {"x": hidden(layer - 1), "weight": f"W{layer}", "bias": f"b{layer}"}
        if layer > 1:
            roles |= {"before": f"z{layer - 1}", "input": "x"}
        yield Step(f"z{layer}", f"z_{{{layer}}}", op.LINEAR, roles)
        if layer < layers:
            yield Step(f"h{layer}", f"h_{{{layer}}}", op.activation(act), {"x": f"z{layer}"})
    yield Step("q", "q", op.SOFTMAX, {"logits": f"z{layers}"})
    roles = {"q": "q", "label": "y*", "logits": f"z{layers}"}
    yield Step("L", "L", op.CROSS_ENTROPY, roles)


def hidden(layer: int) -> str:
    return f"h{layer}" if layer else "x"


def backward(layers: int, act: str) -> Iterator[Step]:
    """dz, dW, db of the last layer; dh, dz, dW, db of the one below it; and so on."""
    for layer in range(layers, 0, -1):
        z, w, b = f"z_{{{layer}}}", f"W_{{{layer}}}", f"b_{{{layer}}}"
        if layer == layers:
            roles = {"q": "q", "label": "y*", "logits": f"z{layer}", "y": "L", "g": "one"}
            yield Step(f"dz{layer}", by(z), op.LOGITS_GRADIENT, roles, f"z{layer}")
        else:
            roles = {"x": f"z{layer}", "y": f"h{layer}", "g": f"dh{layer}", "input": hidden(layer - 1)}
            yield Step(f"dz{layer}", by(z), op.activation_gradient(act), roles, f"z{layer}")
        below = {
            "x": hidden(layer - 1), "weight": f"W{layer}", "bias": f"b{layer}",
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
    """The new weights and biases, and the loss with them."""
    names = [f"{letter}{layer}" for layer in range(1, layers + 1) for letter in "Wb"]
    for name in names:
        symbol = f"{name[0]}'_{{{name[1:]}}}"
        yield Step(f"{name}_new", symbol, op.MOVED, {"theta": name, "step": f"d{name}", "eta": "eta"})
    roles = {"x": "x", "label": "y*", "before": "L"} | {name: f"{name}_new" for name in names}
    yield Step("L_new", "L'", new_loss(layers, act), roles)


def new_loss(layers: int, act: str) -> Operation:
    """The loss of the network with its new weights, by a forward pass."""

    def logits(v: Values) -> Array:
        weights, biases = ([v[f"{letter}{layer}"] for layer in range(1, layers + 1)] for letter in "Wb")
        return calculus.mlp(v["x"], weights, biases, act)

    def probabilities(v: Values) -> Mapping[str, Array]:
        return {**v, "q": calculus.softmax(logits(v))}

    return Operation(
        lambda v: op.cross_entropy(probabilities(v)),
        "L(" + ", ".join(f"{{{letter}{layer}}}" for layer in range(1, layers + 1) for letter in "Wb") + ")",
        SLIPS["new_loss"],
        lambda v: op.written_loss(probabilities(v)),
        about="new-loss",
    )


def one_hot(classes: Sequence[int], count: int) -> Array:
    """Rows with a 1 at their class, counted from 0."""
    return np.eye(count)[list(classes)]
