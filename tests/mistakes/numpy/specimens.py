"""A specimen in NumPy: one implementation of an operation, what is documented about it, how it is called.

Its formulas are Python expressions over the names of its case: its values (`x`, `W`, `b`, `t` …), the
upstream gradient `g`, the reference's output `y` and gradients (`dx`, `dW` …, by central differences), the
sizes `N`, `D`, `K`, `C`, `H`, `np`, and the helpers `softmax`, `conv` and `last_of`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tests.mistakes.specimens import load

FOLDER = Path(__file__).parent
STEP = 1e-6  # of the central differences

SIZES = (
    {"N": 5, "D": 7, "K": 3, "C": 4, "H": 6},
    {"N": 7, "D": 3, "K": 2, "C": 3, "H": 5},
    {"N": 4, "D": 4, "K": 4, "C": 4, "H": 4},
)

LINEAR = {  # what y is, and the shape of each value
    "rows": ("x @ W.T + b", {"x": "N,D", "W": "K,D", "b": "K"}),
    "in_out": ("x @ W + b", {"x": "N,D", "W": "D,K", "b": "K"}),
    "row_bias": ("x @ W + b", {"x": "N,D", "W": "D,K", "b": "1,K"}),
    "columns": ("W @ x + b", {"x": "D,N", "W": "K,D", "b": "K,1"}),
}

LOG_SOFTMAX = "(x - (m := x.max(1, keepdims=True)) - np.log(np.exp(x - m).sum(1, keepdims=True)))"
CENTRED = "(x - x.mean({axis}, keepdims=True)) / np.sqrt(x.var({axis}, keepdims=True) + 1e-5) * gamma + beta"
HIDDEN = "(x := np.maximum(x @ W1 + b1, 0) @ W2 + b2)"

FORMULAS = {
    "relu": "np.maximum(x, 0)",
    "leaky_relu": "np.where(x > 0, x, 0.01 * x)",
    "elu": "np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)",
    "gelu_tanh": "0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))",
    "silu": "x / (1 + np.exp(-x))",
    "sigmoid": "1 / (1 + np.exp(-x))",
    "tanh": "np.tanh(x)",
    "softplus": "np.logaddexp(0, x)",
    "softmax": "softmax(x)",
    "log_softmax": LOG_SOFTMAX,
    "cross_entropy": f"-(np.eye(C)[t] * {LOG_SOFTMAX}).sum() / N",
    "cross_entropy onehot": f"-(t * {LOG_SOFTMAX}).sum() / N",
    "mse": "((x - t) ** 2).mean()",
    "bce_with_logits": "np.mean(np.logaddexp(0, x) - x * t)",
    "bce": "-np.mean(t * np.log(x) + (1 - t) * np.log(1 - x))",
    "hinge": "np.maximum(0, 1 - t * x).mean()",
    "multiclass_hinge": "((1 - np.eye(C)[t]) * np.maximum(0, x - x[np.arange(N), t][:, None] + 1)).sum() / N",
    "huber": "np.where(np.abs(x - t) <= 1, 0.5 * (x - t) ** 2, np.abs(x - t) - 0.5).mean()",
    "batch_norm": CENTRED.format(axis=0),
    "layer_norm": CENTRED.format(axis=1),
    "conv2d": "conv(x, w) + b[:, None, None]",
    "max_pool": "x.reshape(*x.shape[:2], x.shape[2] // 2, 2, x.shape[3] // 2, 2).max((3, 5))",
    "avg_pool": "x.reshape(*x.shape[:2], x.shape[2] // 2, 2, x.shape[3] // 2, 2).mean((3, 5))",
    "attention": "softmax(q @ k.T / np.sqrt(q.shape[1])) @ v",
    "network": f"-(np.eye(C)[t] * ({HIDDEN} * 0 + {LOG_SOFTMAX})).sum() / N",
}

VALUES = {
    "softmax": {"x": "N,C"},
    "softmax_temperature": {"x": "N,C"},
    "log_softmax": {"x": "N,C"},
    "cross_entropy": {"x": "N,C", "t": "labels N"},
    "multiclass_hinge": {"x": "N,C", "t": "labels N"},
    "mse": {"x": "N,C", "t": "N,C"},
    "huber": {"x": "N,C", "t": "N,C"},
    "network": {"x": "data N,D", "t": "labels N", "W1": "D,H", "b1": "H", "W2": "H,C", "b2": "C"},
}


@dataclass(frozen=True, eq=False)  # each is itself, hence hashable
class Specimen:
    """One implementation.

    file, name: where it is; the doctor is asked for that name, or for the whole file where it is empty
    kind: the operation that it is meant to be; None where it has a formula of its own
    rows: the rows of the doctor's table that name its mistakes, each must be named; none: it is right
    says: the mistake (or the variant) in words
    forward: statements that leave the output in `out`;  backward: statements that leave each gradient in `d…`
    gives: what it gives in place of right gradients, as formulas; computes: its output, if not y
    accept: for a row, other rows that are as honest an answer, or may be named besides
    layout, targets, values, formula: the values' shapes (after a word for what they are) and what y is
    convention: right ones that take the mean over the batch inside the layer
    raises: backward fails in a matrix product unless D = K;  random: two forwards differ
    updates: backward takes the step itself;  again: a second backward gives something else
    ties: to be looked at where values are equal
    """

    file: str
    name: str
    kind: str | None
    says: str
    forward: str
    backward: str
    rows: tuple[int, ...] = ()
    gives: Mapping[str, str] = field(default_factory=dict)
    computes: str = "y"
    accept: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    layout: str = "rows"
    targets: str = "index"
    values: Mapping[str, str] = field(default_factory=dict)
    formula: str = ""
    convention: Mapping[str, str] = field(default_factory=dict)
    raises: bool = False
    random: bool = False
    updates: bool = False
    again: bool = False
    ties: bool = False

    @property
    def path(self) -> Path:
        return FOLDER / self.file

    @property
    def shapes(self) -> Mapping[str, str]:
        if self.kind == "linear":
            return LINEAR[self.layout][1]
        shapes = self.values or VALUES.get(self.kind or "", {"x": "N,D"})
        return {**shapes, "t": "onehot N,C"} if self.targets == "onehot" else shapes

    @property
    def reference(self) -> str:
        if self.kind == "linear":
            return LINEAR[self.layout][0]
        onehot = " onehot" if self.targets == "onehot" else ""
        return self.formula or FORMULAS[f"{self.kind}{onehot}"]

    @property
    def differentiable(self) -> tuple[str, ...]:
        constants = ("data", "labels", "onehot", "bits", "signs", "indices")
        return tuple(n for n, shape in self.shapes.items() if not shape.startswith(constants) and n != "t")


def softmax(x: np.ndarray) -> np.ndarray:
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def conv(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Cross-correlation of (N, C, H, W) with (F, C, KH, KW), no padding."""
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,fcij->nfhw", windows, w)


def last_of(indices: np.ndarray, rows: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Each row where its index says; of several for one index the last."""
    out = np.zeros_like(like)
    for index, row in zip(indices, rows, strict=True):
        out[index] = row
    return out


HELPERS = {"np": np, "softmax": softmax, "conv": conv, "last_of": last_of}


def make_value(shape: str, sizes: Mapping[str, int], scale: float, rng: np.random.Generator) -> np.ndarray:
    """Numbers of both signs, 0.1 away from 0; or what the word before the shape says."""
    word, _, dimensions = shape.rpartition(" ")
    size = tuple(int(eval(one, {}, dict(sizes))) for one in dimensions.split(",") if one)
    if word in ("labels", "onehot"):
        labels = rng.integers(sizes["C"], size=sizes["N"])
        return np.eye(sizes["C"])[labels] if word == "onehot" else labels
    if word == "indices":
        return rng.integers(sizes["C"], size=size)
    if word in ("bits", "signs"):
        bits = (rng.permutation(int(np.prod(size))) % 2).reshape(size).astype(np.float64)
        return 2 * bits - 1 if word == "signs" else bits
    if word == "probabilities":
        return rng.uniform(0.1, 0.9, size)
    values = rng.standard_normal(size)
    return np.asarray((values + 0.1 * np.sign(values)) * scale)


class Case:
    """Values, an upstream gradient, the names that the formulas use, the reference's y and gradients."""

    def __init__(
        self,
        specimen: Specimen,
        sizes: Mapping[str, int],
        seed: int = 0,
        scale: float = 1.0,
        tied: bool = False,
    ):
        rng = np.random.default_rng(seed)
        made = {name: make_value(shape, sizes, scale, rng) for name, shape in specimen.shapes.items()}
        self.values = {name: np.round(value) for name, value in made.items()} if tied else made
        self.names: dict[str, Any] = HELPERS | dict(sizes) | self.values
        y = self.value(specimen.reference)
        upstream = np.asarray(1.5 * rng.standard_normal(np.shape(y)))
        self.upstream = upstream if re.search(r"\bg\b", specimen.backward) else np.ones(())
        self.names |= {"y": y, "g": self.upstream}
        self.names |= {f"d{name}": self.gradient(specimen, name) for name in specimen.differentiable}

    def value(self, formula: str, **others: Any) -> Any:
        with np.errstate(all="ignore"):
            return eval(formula, self.names | others)

    def gradient(self, specimen: Specimen, name: str) -> np.ndarray:
        """Of Σ g·y with respect to one value, by central differences of the reference."""
        gradient = np.zeros_like(self.values[name])
        for place in np.ndindex(gradient.shape):
            ends = []
            for step in (STEP, -STEP):
                moved = self.values[name].copy()
                moved[place] += step
                ends.append(np.sum(self.upstream * self.value(specimen.reference, **{name: moved})))
            gradient[place] = (ends[0] - ends[1]) / (2 * STEP)
        return gradient

    @property
    def is_square(self) -> bool:
        return bool(self.names["D"] == self.names["K"])


@cache
def cases(specimen: Specimen) -> tuple[Case, ...]:
    """Several sizes, the square one among them; for a cross-entropy a confident mistake as well."""
    made = [Case(specimen, sizes, seed) for seed, sizes in enumerate(SIZES)]
    if specimen.kind == "cross_entropy":
        made.append(Case(specimen, SIZES[0], seed=3, scale=25.0))
    return tuple(made)


__all__ = ["FOLDER", "SIZES", "Case", "Specimen", "cases", "load"]
