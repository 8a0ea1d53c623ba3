"""Of a network: forward, loss, backward, and a step of gradient descent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from charmlp.course.exercises.numbers import Array
from charmlp.course.exercises.step import Values

Function = Callable[[Values], Array]


def shifted(function: Function, *roles: str) -> Iterable[Function]:
    """The formula with the rows of some roles moved on: each example gets another one's."""

    def moved(by: int) -> Function:
        return lambda v: function({**v, **{role: np.roll(v[role], by, 0) for role in roles}})

    return [moved(1), moved(-1)]


def other(function: Function, **instead: str) -> Function:
    """The formula with other roles in place of its own."""
    return lambda v: function({**v, **{role: v[name] for role, name in instead.items()}})


def linear(v: Values) -> Array:
    return v["x"] @ v["weight"].T + v["bias"]


def probabilities(z: Array) -> Array:
    powers = np.exp(z - z.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def softmax(v: Values) -> Array:
    return probabilities(v["logits"])


def loss(v: Values) -> Array:
    return -np.log((v["label"] * v["q"]).sum(1)).mean()


def logits_gradient(v: Values) -> Array:
    return (v["q"] - v["label"]) / len(v["q"])


def weight_gradient(v: Values) -> Array:
    return v["g"].T @ v["x"]


TABLE: Mapping[str, Mapping[str, Iterable[Function]]] = {
    "linear": {
        "not-transposed": [lambda v: v["x"] @ v["weight"] + v["bias"]],
        "before-activation": [other(linear, x="before")],
        "other-layer.input": [other(linear, x="input")],
        "wrong-sample": shifted(linear, "x"),
        "bias-twice": [lambda v: linear(v) + v["bias"]],
        "bias-elsewhere": [lambda v: linear({**v, "bias": np.roll(v["bias"], 1)})],
    },
    "softmax": {
        "no-exponential": [lambda v: v["logits"] / v["logits"].sum(1, keepdims=True)],
        "denominator.others": [
            lambda v: np.exp(v["logits"]) / (np.exp(v["logits"]).sum(1, keepdims=True) - np.exp(v["logits"]))
        ],
        "denominator.largest": [lambda v: np.exp(v["logits"]) / np.exp(v["logits"]).max(1, keepdims=True)],
        "negative-logits": [lambda v: probabilities(-v["logits"])],
        "sigmoid-for-softmax": [lambda v: 1 / (1 + np.exp(-v["logits"]))],
        "base": [
            lambda v: probabilities(np.log(2) * v["logits"]),
            lambda v: probabilities(np.log(10) * v["logits"]),
        ],
        "wrong-sample": shifted(softmax, "logits"),
    },
    "cross_entropy": {
        "wrong-class": [
            lambda v: loss({**v, "label": np.roll(v["label"], 1, 1)}),
            lambda v: loss({**v, "label": np.roll(v["label"], -1, 1)}),
        ],
        "wrong-sample.label": shifted(loss, "label"),
        "all-classes": [lambda v: -np.log(v["q"]).sum() / len(v["q"])],
        "binary": [
            lambda v: (
                -(v["label"] * np.log(v["q"]) + (1 - v["label"]) * np.log(1 - v["q"])).sum() / len(v["q"])
            )
        ],
        "squared-error": [
            lambda v: ((v["q"] - v["label"]) ** 2).sum() / len(v["q"]),
            lambda v: ((v["q"] - v["label"]) ** 2).sum() / 2 / len(v["q"]),
            lambda v: ((v["q"] - v["label"]) ** 2).mean(),
        ],
        "log-of-mean": [lambda v: -np.log((v["label"] * v["q"]).sum() / len(v["q"]))],
        "one-example": [lambda v: -np.log((v["label"] * v["q"]).sum(1)[-1])],
    },
    "logits_gradient": {
        "wrong-sample.label": shifted(logits_gradient, "label"),
        "wrong-sample": shifted(logits_gradient, "q"),
        "sigmoid-slope": [lambda v: logits_gradient(v) * v["q"] * (1 - v["q"])],
    },
    "linear.weight": {
        "before-activation": [other(weight_gradient, x="before")],
        "other-layer.input": [other(weight_gradient, x="input")],
        "slope-forgotten": [other(weight_gradient, g="above")],
        "wrong-sample.product": shifted(weight_gradient, "x"),
        "one-example": [lambda v: np.outer(v["g"][0], v["x"][0]), lambda v: np.outer(v["g"][-1], v["x"][-1])],
        "sums-multiplied": [lambda v: np.outer(v["g"].sum(0), v["x"].sum(0))],
        "input-forgotten": [lambda v: np.outer(v["g"].sum(0), np.ones(v["x"].shape[1]))],
        "elementwise": [lambda v: v["g"] * v["x"], lambda v: (v["g"] * v["x"]).T],
    },
    "linear.bias": {
        "bias-averaged": [lambda v: v["g"].mean(0)],
        "batch-not-summed": [lambda v: v["g"]],
        "batch-not-summed.all": [lambda v: v["g"].sum() + np.zeros(v["g"].shape[1]), lambda v: v["g"].sum()],
        "slope-forgotten": [lambda v: v["above"].sum(0)],
        "times-bias": [lambda v: v["g"].sum(0) * v["bias"]],
        "bias-of-one": [lambda v: np.ones(v["g"].shape[1]), lambda v: np.full(v["g"].shape[1], len(v["g"]))],
    },
    "linear.x": {
        "slope-too-early": [lambda v: (v["g"] @ v["weight"]) * (v["before"] > 0)],
        "wrong-sample": shifted(lambda v: v["g"] @ v["weight"], "g"),
        "other-layer.weight": [lambda v: v["g"] @ v["other_weight"], lambda v: v["g"] @ v["other_weight"].T],
        "sums-multiplied": [lambda v: v["g"] * v["weight"].sum(0), lambda v: v["g"] * v["weight"].sum(1)],
        "target-added": [lambda v: (v["g"] + v["label"] / len(v["label"])) @ v["weight"]],
    },
    "activation_gradient": {
        "slope-forgotten": [lambda v: v["g"]],
        "slope-of-other-layer": [lambda v: v["g"] * (v["input"] > 0)],
    },
}
