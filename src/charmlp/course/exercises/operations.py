"""The operations of a network, forward and backward: linear, an activation, softmax, cross-entropy, a step.

Each has its right formula from `charmlp.calculus`, and its slips from the doctor (known.py) and slips/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

import numpy as np

from charmlp import calculus
from charmlp.course.exercises.known import wrong_factors, wrong_forms, wrong_gradients
from charmlp.course.exercises.numbers import Array, factor, number
from charmlp.course.exercises.slips import SLIPS
from charmlp.course.exercises.step import Operation, Slip, Terms, Values

LAST = ("wrong-formula", "cotangent")  # what is named where nothing else gives the number

Function = Callable[[Values], Array]


def ranked(*slips: Iterable[Slip]) -> tuple[Slip, ...]:
    """In order of what is named first, those without a name of their own last."""
    return tuple(sorted((slip for some in slips for slip in some), key=lambda s: s.mistake.startswith(LAST)))


def own(name: str) -> Iterable[Slip]:
    """The slips of an operation that stand in slips/."""
    return SLIPS[name]


# How elements are written out


def products(a: Array, b: Array, extra: Array | None = None) -> Terms:
    """Σ a·b along the last axis, and what is added to it."""
    a, b = np.broadcast_arrays(a, b)
    numbers = a * b
    written = np.empty(numbers.shape, dtype=object)
    for at in np.ndindex(numbers.shape):
        written[at] = rf"{factor(a[at])} \cdot {factor(b[at])}"
    return Terms(numbers, written) if extra is None else added(Terms(numbers, written), extra)


def added(terms: Terms, extra: Array) -> Terms:
    """One more term in each element."""
    extra = np.broadcast_to(extra, terms.numbers.shape[:-1])
    return Terms(
        np.concatenate([terms.numbers, extra[..., np.newaxis]], -1),
        np.concatenate([terms.written, each(extra, lambda at: factor(extra[at])).written], -1),
    )


def spelled(template: str, function: Function) -> Callable[[Values], Terms]:
    """One term in each element: the formula with that element's numbers in it."""

    def terms(v: Values) -> Terms:
        value = np.asarray(function(v))
        parts = {
            role: np.broadcast_to(part, value.shape)
            for role, part in v.items()
            if np.ndim(part) == 0 or np.shape(part) == value.shape
        }

        def write(at: tuple[int, ...]) -> str:
            return template.format_map({role: factor(float(part[at])) for role, part in parts.items()})

        return each(value, write)

    return terms


def formula(template: str, function: Function, slips: Iterable[Slip], about: str = "") -> Operation:
    """An operation element by element, whose formula reads the same with symbols and with numbers."""
    return Operation(function, template, ranked(slips), spelled(template, function), about)


def each(value: Array, write: Callable[[tuple[int, ...]], str]) -> Terms:
    """One term in each element, written by its place."""
    written = np.empty(value.shape, dtype=object)
    for at in np.ndindex(value.shape):
        written[at] = write(at)
    return Terms(value[..., np.newaxis], written[..., np.newaxis])


# Forward


def linear(v: Values) -> Array:
    return calculus.linear(v["x"], v["weight"], v["bias"])


LINEAR = Operation(
    linear,
    r"{x} {weight}^{{\top}} + {bias}",
    ranked(wrong_forms("linear"), own("linear")),
    lambda v: products(v["x"][:, np.newaxis], v["weight"][np.newaxis], v["bias"]),
    about="linear",
)


def activation(name: str) -> Operation:
    """y = f(x)."""
    entry = calculus.ACTIVATIONS[name]

    def written(v: Values) -> Terms:
        y = entry(v["x"])
        return each(y, lambda at: VALUE[name].format(x=number(v["x"][at]), minus=number(-v["x"][at])))

    return Operation(
        lambda v: entry(v["x"]),
        SYMBOL[name],
        ranked(wrong_forms(name), other_activations(name)),
        written,
        about=f"act.{name}",
    )


def other_activations(name: str) -> Iterable[Slip]:
    """Another activation, or its own slope."""
    for other in SYMBOL:
        if other != name:
            entry = calculus.ACTIVATIONS[other]
            yield Slip("other-activation", partial(of_input, entry), {"other": other})
    yield Slip("slope-for-value", lambda v: calculus.ACTIVATIONS[name].slope(v["x"]))


def of_input(entry: calculus.Activation, v: Values) -> Array:
    return entry(v["x"])


SYMBOL = {
    "relu": r"\max(0, {x})",
    "leaky_relu": r"\max(0, {x}) + 0.01 \min(0, {x})",
    "sigmoid": r"\sigma({x})",
    "tanh": r"\tanh({x})",
}
VALUE = {
    "relu": r"\max(0, {x})",
    "leaky_relu": r"\max(0, {x}) + 0.01 \min(0, {x})",
    "sigmoid": r"\frac{{1}}{{1 + e^{{{minus}}}}}",
    "tanh": r"\tanh({x})",
}
SLOPE = {
    "relu": r"[{x} \gt 0]",
    "leaky_relu": r"([{x} \gt 0] + 0.01 [{x} \le 0])",
    "sigmoid": r"{y} \odot (1 - {y})",
    "tanh": r"(1 - {y} \odot {y})",
}


def softmax(v: Values) -> Array:
    return calculus.softmax(v["logits"])


def written_softmax(v: Values) -> Terms:
    powers = np.exp(v["logits"])

    def fraction(at: tuple[int, ...]) -> str:
        below = " + ".join(map(number, powers[at[0]]))
        return rf"\frac{{{number(powers[at])}}}{{{below}}}"

    return each(softmax(v), fraction)


SOFTMAX = Operation(
    softmax,
    r"\operatorname{{softmax}}({logits})",
    ranked(wrong_forms("softmax"), own("softmax")),
    written_softmax,
    about="softmax",
)


def cross_entropy(v: Values) -> Array:
    """−(1/N) Σ log q at the right class, from the probabilities, as by hand."""
    return -np.log(of_right_class(v)).mean()


def of_right_class(v: Values) -> Array:
    """One probability a row; somebody's others may be such that they have no logarithm."""
    return (v["label"] * v["q"]).sum(1)


def written_loss(v: Values) -> Terms:
    n = len(v["q"])
    right = of_right_class(v)
    one = r"-\log {q}" if n == 1 else rf"\frac{{{{1}}}}{{{{{n}}}}} \cdot (-\log {{q}})"
    written = np.array([one.format(q=number(q)) for q in right], dtype=object)
    return Terms(-np.log(right) / n, written)


CROSS_ENTROPY = Operation(
    cross_entropy,
    r"-\frac{{1}}{{N}} \sum_{{n,k}} {label} \odot \log {q}",
    ranked(wrong_forms("cross_entropy"), own("cross_entropy")),
    written_loss,
    about="loss",
)


# Backward


def share(v: Values) -> Array:
    return np.asarray(1 / len(v["label"]))


def logits_gradient(v: Values) -> Array:
    return share(v) * (v["q"] - v["label"])


def loss_sizes(v: Values) -> Mapping[str, int]:
    n, c = v["label"].shape
    return {"N": n, "C": c}


def batch(v: Values) -> Mapping[str, int]:
    return {"N": len(np.atleast_1d(v["g"]))}


def written_logits_gradient(v: Values) -> Terms:
    n = len(v["label"])
    before = "" if n == 1 else rf"\frac{{1}}{{{n}}} "
    return each(logits_gradient(v), lambda at: f"{before}({number(v['q'][at])} - {number(v['label'][at])})")


LOGITS_GRADIENT = Operation(
    logits_gradient,
    r"\frac{{1}}{{N}} ({q} - {label})",
    ranked(
        wrong_gradients("cross_entropy", "logits", logits_gradient, share=share),
        wrong_factors("cross_entropy", logits_gradient, loss_sizes, loss=True),
        own("logits_gradient"),
    ),
    written_logits_gradient,
    about="logits-gradient",
)


def layer_gradient(
    role: str, right: Function, formula: str, terms: Callable[[Values], Terms], about: str
) -> Operation:
    """A gradient of the linear layer."""
    slips = ranked(
        wrong_gradients("linear", role, right),
        wrong_factors("linear", right, batch, loss=False),
        own(f"linear.{role}"),
    )
    return Operation(right, formula, slips, terms, about)


WEIGHT_GRADIENT = layer_gradient(
    "weight",
    lambda v: calculus.linear_backward_weight(v["g"], v["x"]),
    r"\left( {g} \right)^{{\top}} {x}",
    lambda v: products(v["g"].T[:, np.newaxis], v["x"].T[np.newaxis]),
    "weight-gradient",
)
BIAS_GRADIENT = layer_gradient(
    "bias",
    lambda v: calculus.linear_backward_bias(v["g"]),
    r"\sum_{{n}} \left( {g} \right)_{{n}}",
    lambda v: plain_terms(v["g"].T),
    "bias-gradient",
)
INPUT_GRADIENT = layer_gradient(
    "x",
    lambda v: calculus.linear_backward_input(v["g"], v["weight"]),
    r"{g} {weight}",
    lambda v: products(v["g"][:, np.newaxis], v["weight"].T[np.newaxis]),
    "input-gradient",
)


def plain_terms(numbers: Array) -> Terms:
    written = np.empty(numbers.shape, dtype=object)
    for at in np.ndindex(numbers.shape):
        written[at] = factor(numbers[at])
    return Terms(numbers, written)


def activation_gradient(name: str) -> Operation:
    """∂L/∂x = g ⊙ f′(x)."""
    entry = calculus.ACTIVATIONS[name]

    def right(v: Values) -> Array:
        return entry.input_gradient(v["g"], v["x"], v["y"])

    slips = ranked(
        wrong_gradients(name, "x", right),
        own("activation_gradient"),
        wrong_factors(name, right, batch, loss=False),
        slopes_elsewhere(right),
    )
    return Operation(
        right,
        rf"{{g}} \odot {SLOPE[name]}",
        slips,
        lambda v: products(v["g"][..., np.newaxis], entry.slope(v["x"])[..., np.newaxis]),
        about=f"slope.{name}",
    )


def slopes_elsewhere(right: Function) -> Iterable[Slip]:
    """The slope, for relu the mask, taken from another example or another unit."""

    def shifted(by: int, axis: int) -> Function:
        return lambda v: right({**v, "x": np.roll(v["x"], by, axis), "y": np.roll(v["y"], by, axis)})

    for by in (1, -1):
        yield Slip("wrong-sample.slope", shifted(by, 0))
        yield Slip("wrong-unit.slope", shifted(by, 1))


# A step

MOVED = formula(
    r"{theta} - {eta} \cdot {step}", lambda v: v["theta"] - v["eta"] * v["step"], own("moved"), "descent"
)
