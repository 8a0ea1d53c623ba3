"""Objectives of gradient boosting: functions that return a gradient and a second derivative, by row.

What they are the gradient of is another function of the file, a loss or a metric. Boosting does not care
about its scale, nor about a root of it: only what is no multiple of its gradient is mistaken.
"""

import ast
import functools
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import CannotExamineError, phrase
from charmlp.doctor.operation.code import with_helpers
from charmlp.doctor.operation.handwritten import Backward, HandWritten, Make, Outputs, Sizes
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.gradients import times
from charmlp.doctor.operation.numpy_code.names import is_gradient, is_of_backward, is_truth, words_of
from charmlp.doctor.operation.source import returned_parts, source_of

HESSIAN = re.compile(r"h|hess\w*|\w*hess(ian)?|second\w*|d2\w*|\w*curvature", re.IGNORECASE)
OBJECTIVE = {
    "obj", "objective", "objectives", "fobj", "grad", "gradient", "gradients", "hess", "hessian", "hessians",
    "and", "custom", "train", "get", "compute", "calculate", "calc",
}  # fmt: skip
METRIC = {
    "loss", "losses", "metric", "eval", "evaluate", "evalerror", "error", "score", "cost", "feval", "value",
    "valid", "custom", "get", "compute", "calculate", "calc",
}  # fmt: skip
LEAST = 1e-12
STEP, SECOND = 1e-6, 0.7  # gradients are compared at scores, and at so many times them
USUAL = (1.0, 0.5, 2.0)  # times a sum over the rows or their mean


def identity(scores: Array) -> Array:
    return np.copy(scores)


def sigmoid(scores: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-scores)))


LINKS: tuple[Callable[[Array], Array], ...] = (identity, sigmoid, np.exp)


class Labels:
    """What holds the labels in a booster's data: `dtrain.get_label()`, or `data["label"]`."""

    weight = None

    def __init__(self, label: Array) -> None:
        self.label = self.labels = self.y = label

    def get_label(self) -> Array:
        return self.label

    def get_weight(self) -> Array:
        return np.zeros(0)

    def num_row(self) -> int:
        return len(self.label)

    def __getitem__(self, key: str) -> Array:
        return self.label


@dataclass(frozen=True)
class Objective:
    """Such a function, and what it may be the gradient of; whether a name says so."""

    function: Function
    values: tuple[tuple[Function, bool], ...]
    known: dict[Any, "Fit | None"] = field(default_factory=dict, compare=False)  # what fits best, by sizes

    def readings(self) -> tuple[Make, ...]:
        return (self.make,)

    def make(self, sizes: Sizes, dtype: np.dtype) -> HandWritten:
        best = self.best(sizes, dtype)
        if best is None:
            raise CannotExamineError("no-loss", name=self.function.name)
        prediction, truth = names_of(self.function)

        def run(values: Sequence[Any]) -> tuple[Outputs, Backward]:
            (scores,) = values
            gradient = first_of(self.function({prediction: scores, truth: best.given(self.function)}))
            return (np.asarray(best.factor * best.loss(scores)),), lambda upstream: [
                times(gradient, upstream[0])
            ]

        return HandWritten(
            run, f"{self.function.name}_step", (prediction,), parameters={0: best.scores},
            note=phrase("value-and-gradient", value=best.value.name, gradient=self.function.name),
            sizes={"N": len(best.scores), "C": 1}, is_step=True, is_helper=True,
        )  # fmt: skip

    def best(self, sizes: Sizes, dtype: np.dtype) -> "Fit | None":
        key = sizes["N"], dtype
        if key not in self.known:
            fits = (one for value, is_named in self.values for one in self.fits(value, is_named, *key))
            self.known[key] = min(fits, key=lambda one: one.rank, default=None)
        return self.known[key]

    def fits(self, value: Function, is_named: bool, n: int, dtype: np.dtype) -> Iterator["Fit"]:
        """How its gradients fit to a value, with each kind of data that both take."""
        prediction, truth = names_of(self.function)
        for (scores, labels), link, power in itertools.product(data(n, dtype), LINKS, (1, 2)):
            fit = Fit(value, scores, labels, link, power)
            slopes = []
            try:
                with np.errstate(all="ignore"):
                    for at in (scores, SECOND * scores):
                        given = {prediction: np.copy(at), truth: fit.given(self.function)}
                        slopes.append((np.asarray(first_of(self.function(given)), float), fit.slopes(at)))
            except Exception:  # it takes other data
                continue
            if any(a.shape != v.shape or not np.isfinite([a, v]).all() for a, v in slopes):
                continue
            if all(a.any() and abs(v).max() > 1e-6 for a, v in slopes):
                fit = fit.scaled(slopes)
                if fit.is_right or (is_named and link is identity):
                    yield fit
                if fit.is_right:
                    return


@dataclass(frozen=True)
class Fit:
    """A value at some scores and labels; how many times it a gradient is of."""

    value: Function
    scores: Array
    labels: Array
    link: Callable[[Array], Array]  # from scores to what a metric takes
    power: int  # a root of it is as good
    factor: float = 1.0
    drifts: bool = False  # it is another number of times at other scores
    is_right: bool = False

    @property
    def rank(self) -> tuple[bool, bool, int]:
        return not self.is_right, self.drifts, self.power

    def given(self, function: Function) -> Any:
        """The labels as a function takes them."""
        return Labels(np.copy(self.labels)) if takes_holder(function) else np.copy(self.labels)

    def loss(self, scores: Array) -> float:
        prediction, truth = names_of(self.value)
        found = self.value({prediction: self.link(scores), truth: self.given(self.value)})
        numbers = found if isinstance(found, tuple | list) else [found]  # a metric says its name first
        value = float(np.sum(next(one for one in numbers if not isinstance(one, str | bool))))
        return value**self.power

    def slopes(self, scores: Array) -> Array:
        steps = STEP * np.eye(len(scores))
        return np.array([self.loss(scores + h) - self.loss(scores - h) for h in steps]) / (2 * STEP)

    def scaled(self, slopes: Sequence[tuple[Array, Array]]) -> "Fit":
        """It with the number of times that gradients, at some scores, are larger than its slopes there."""
        n, (analytic, numeric) = len(self.scores), slopes[0]
        factor = float(analytic @ numeric / (numeric @ numeric))
        is_right = factor > 0 and all(np.allclose(a, factor * v, rtol=1e-4, atol=1e-7) for a, v in slopes)
        ratios = [np.median(np.maximum(abs(a), LEAST) / np.maximum(abs(v), LEAST)) for a, v in slopes]
        if not is_right:
            usual = (a * b for a in USUAL for b in (1.0, n))
            factor = min(usual, key=lambda f: abs(np.log(ratios[0] / f)))
        drifts = bool(abs(np.log(ratios[0] / ratios[1])) > 0.02)
        return replace(self, factor=float(factor), drifts=drifts, is_right=is_right)


def data(n: int, dtype: np.dtype) -> Iterator[tuple[Array, Array]]:
    """Scores and labels: any numbers, apart on both sides; positive ones, probabilities, two classes."""
    generator = np.random.default_rng(7)
    classes = (np.arange(n) % 2).astype(dtype)
    reals = [random_numbers((n,), generator).astype(dtype) for _ in range(2)]
    yield reals[1] + np.linspace(-2.1, 2.2, n).astype(dtype), reals[1]
    yield (0.4 + abs(reals[0])), (0.4 + abs(reals[1]))
    yield reals[0], classes
    yield 1 / (1 + np.exp(-reals[0])), classes


def first_of(result: Any) -> Any:
    return result[0] if isinstance(result, tuple | list) else result


def names_of(function: Function) -> tuple[str, str]:
    """What a function of scores and labels calls them."""
    first, second = function.required[:2]
    holds = takes_holder(function)
    is_first = holder_of(function) == first if holds else is_truth(first) and not is_truth(second)
    return (second, first) if is_first else (first, second)


def holder_of(function: Function) -> str:
    """The name of the data that it, or what it calls, asks for labels; "" where it takes labels."""
    return next((name for name in asked_for_labels(function.call) if name in function.required), "")


@functools.lru_cache(maxsize=512)
def asked_for_labels(function: Callable[..., Any]) -> tuple[str, ...]:
    sources = "\n".join(map(source_of, with_helpers([function])))
    return tuple(re.findall(r"""\b(\w+)(?:\.get_label\(|\.labels?\b|\[["']labels?["']\])""", sources))


def takes_holder(function: Function) -> bool:
    return bool(holder_of(function))


def objective_of(function: Function, own: Mapping[str, Function]) -> Objective | None:
    """None for what is no such function, or of which the file has no value."""
    is_gradient_alone = takes_holder(function) and is_gradient(function.name)
    if not takes_scores(function) or not (gives_both(function) or is_gradient_alone):
        return None
    of = stem(function.name, OBJECTIVE)
    values = tuple(
        (other, stem(other.name, METRIC) == of or calls(function, other))
        for other in own.values()
        if takes_scores(other) and not gives_both(other) and other is not function
        if not (is_gradient(other.name) or is_of_backward(other.name) or HESSIAN.fullmatch(other.name))
    )
    named = tuple(one for one in values if one[1])
    return Objective(function, named or values) if values else None


def gives_both(function: Function) -> bool:
    """Whether it returns a gradient and a second derivative."""
    names = [called(part) for part in returned_parts(function.call)]
    if len(names) != 2:
        return False
    is_named = bool({"obj", "objective", "fobj"} & set(words_of(function.name)))
    return is_named or (is_gradient(names[0]) and HESSIAN.fullmatch(names[1]) is not None)


def called(part: ast.expr) -> str:
    """The name of a variable, or of the function that computes it."""
    return getattr(part.func if isinstance(part, ast.Call) else part, "id", "")


def takes_scores(function: Function) -> bool:
    """Whether it takes scores, and labels or what holds them."""
    required = function.required
    return len(required) == 2 and (takes_holder(function) or any(map(is_truth, required)))


def stem(name: str, without: set[str]) -> str:
    """What is left of a name: fair of fair_obj and of fair_loss."""
    return "_".join(word for word in words_of(name) if word not in without)


def calls(function: Function, other: Function) -> bool:
    return re.search(rf"\b{re.escape(other.name)}\(", source_of(function.call)) is not None
