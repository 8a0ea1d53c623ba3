"""Of scalars differentiated by vectors and matrices: aᵀXb, xᵀAx, ½‖Ax − b‖², one neuron."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from charmlp.course.exercises.numbers import Array
from charmlp.course.exercises.step import Values

Function = Callable[[Values], Array]

TABLE: Mapping[str, Mapping[str, Iterable[Function]]] = {
    "bilinear": {
        "sums-multiplied": [lambda v: v["a"].sum() * v["X"].sum() * v["b"].sum()],
    },
    "bilinear.a": {
        "not-transposed.vector": [lambda v: v["X"].T @ v["b"]],
        "factor-left-out": [lambda v: v["X"].sum(1), lambda v: v["b"]],
        "itself-left-in": [lambda v: v["a"] * (v["X"] @ v["b"])],
        "other-vector": [lambda v: v["X"] @ v["a"]],
    },
    "bilinear.b": {
        "not-transposed.vector": [lambda v: v["X"] @ v["a"]],
        "factor-left-out": [lambda v: v["X"].sum(0), lambda v: v["a"]],
        "itself-left-in": [lambda v: v["b"] * (v["a"] @ v["X"])],
        "other-vector": [lambda v: v["X"].T @ v["b"]],
    },
    "bilinear.X": {
        "outer-transposed": [lambda v: np.outer(v["b"], v["a"])],
        "itself-left-in": [lambda v: v["X"] * np.outer(v["a"], v["b"])],
        "inner-for-outer": [lambda v: v["a"] @ v["b"]],
        "factor-left-out": [
            lambda v: np.outer(v["a"], np.ones(len(v["b"]))),
            lambda v: np.outer(np.ones(len(v["a"])), v["b"]),
        ],
        "sum-for-product": [lambda v: np.add.outer(v["a"], v["b"])],
    },
    "quadratic": {
        "cross-terms-forgotten": [lambda v: v["x"] ** 2 @ np.diag(v["A"])],
        "halved": [lambda v: v["x"] @ v["A"] @ v["x"] / 2],
        "square-forgotten": [lambda v: (v["A"] @ v["x"]).sum()],
    },
    "quadratic.x": {
        "one-use": [lambda v: v["A"] @ v["x"], lambda v: v["A"].T @ v["x"]],
        "symmetric-assumed": [lambda v: 2 * v["A"] @ v["x"], lambda v: 2 * v["A"].T @ v["x"]],
        "itself-left-in": [lambda v: v["x"] * ((v["A"] + v["A"].T) @ v["x"])],
        "halved": [lambda v: (v["A"] + v["A"].T) @ v["x"] / 2],
        "cross-terms-forgotten": [lambda v: 2 * np.diag(v["A"]) * v["x"]],
    },
    "quadratic.A": {
        "twice": [lambda v: 2 * np.outer(v["x"], v["x"])],
        "inner-for-outer": [lambda v: v["x"] @ v["x"], lambda v: np.diag(v["x"] ** 2)],
        "itself-left-in": [lambda v: v["A"] * np.outer(v["x"], v["x"])],
        "sum-for-product": [lambda v: np.add.outer(v["x"], v["x"])],
    },
    "residual": {
        "sign-of-part": [lambda v: v["A"] @ v["x"] + v["b"], lambda v: v["b"] - v["A"] @ v["x"]],
        "part-forgotten": [lambda v: v["A"] @ v["x"]],
        "not-transposed.vector": [lambda v: v["A"].T @ v["x"] - v["b"]],
    },
    "half-square": {
        "half-forgotten": [lambda v: v["r"] @ v["r"]],
        "square-forgotten": [
            lambda v: v["r"].sum() / 2,
            lambda v: v["r"].sum(),
            lambda v: np.abs(v["r"]).sum(),
        ],
        "root": [lambda v: np.sqrt(v["r"] @ v["r"]), lambda v: np.sqrt(v["r"] @ v["r"]) / 2],
        "sum-then-square": [lambda v: v["r"].sum() ** 2 / 2],
        "mean-for-sum": [lambda v: (v["r"] ** 2).mean(), lambda v: (v["r"] ** 2).mean() / 2],
    },
    "half-square.x": {
        "not-transposed.vector": [lambda v: v["A"] @ v["r"]],
        "twice": [lambda v: 2 * v["A"].T @ v["r"]],
        "sign-flipped": [lambda v: -v["A"].T @ v["r"]],
        "halved": [lambda v: v["A"].T @ v["r"] / 2],
        "factor-left-out": [lambda v: v["r"], lambda v: v["A"].sum(0)],
        "part-forgotten": [lambda v: v["A"].T @ (v["A"] @ v["x"])],
    },
    "half-square.A": {
        "outer-transposed": [lambda v: np.outer(v["x"], v["r"])],
        "twice": [lambda v: 2 * np.outer(v["r"], v["x"])],
        "sign-flipped": [lambda v: -np.outer(v["r"], v["x"])],
        "halved": [lambda v: np.outer(v["r"], v["x"]) / 2],
        "inner-for-outer": [lambda v: v["r"] @ v["x"]],
        "factor-left-out": [lambda v: np.outer(v["r"], np.ones(len(v["x"])))],
    },
    "half-square.b": {
        "sign-flipped": [lambda v: v["r"]],
        "twice": [lambda v: -2 * v["r"]],
        "halved": [lambda v: -v["r"] / 2],
        "factor-left-out": [lambda v: -np.ones(len(v["r"]))],
    },
    "neuron": {
        "part-forgotten": [lambda v: v["w"] @ v["x"]],
        "sums-multiplied": [lambda v: v["w"].sum() * v["x"].sum() + v["b"]],
    },
    "squared": {
        "half-square": [lambda v: (v["y"] - v["target"]) ** 2 / 2],
        "square-forgotten": [lambda v: v["y"] - v["target"], lambda v: abs(v["y"] - v["target"])],
        "difference-of-squares": [lambda v: v["y"] ** 2 - v["target"] ** 2],
        "sign-of-part": [lambda v: (v["y"] + v["target"]) ** 2],
    },
    "squared.y": {
        "halved": [lambda v: v["y"] - v["target"]],
        "sign-flipped": [lambda v: 2 * (v["target"] - v["y"])],
        "target-left-out": [lambda v: 2 * v["y"]],
        "square-kept": [lambda v: 2 * (v["y"] - v["target"]) ** 2, lambda v: (v["y"] - v["target"]) ** 2],
        "twice": [lambda v: 4 * (v["y"] - v["target"])],
    },
    "neuron.w": {
        "factor-left-out": [lambda v: v["x"], lambda v: v["g"] + 0 * v["x"]],
        "itself-left-in": [lambda v: v["g"] * v["w"], lambda v: v["g"] * v["w"] * v["x"]],
        "slope-forgotten": [lambda v: v["above"] * v["x"]],
        "sign-flipped": [lambda v: -v["g"] * v["x"]],
    },
    "neuron.b": {
        "factor-left-out": [lambda v: np.asarray(1.0)],
        "itself-left-in": [lambda v: v["g"] * v["b"]],
        "slope-forgotten": [lambda v: v["above"]],
        "sign-flipped": [lambda v: -v["g"]],
    },
    "neuron.x": {
        "factor-left-out": [lambda v: v["w"], lambda v: v["g"] + 0 * v["w"]],
        "itself-left-in": [lambda v: v["g"] * v["x"], lambda v: v["g"] * v["w"] * v["x"]],
        "slope-forgotten": [lambda v: v["above"] * v["w"]],
        "sign-flipped": [lambda v: -v["g"] * v["w"]],
    },
}
