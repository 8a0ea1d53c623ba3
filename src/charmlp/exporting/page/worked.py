"""A small net with its numbers, to be done by hand: the example of docs/derivations/network.md.

Each step has its right value, by `charmlp.calculus`, and what it would be with each mistake that the doctor
knows there: a wrong form or gradient of its kind, a distorted upstream gradient, a factor. x is one row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from charmlp import calculus
from charmlp.doctor.checks.explanation import DISTORTIONS, mistakes_of
from charmlp.doctor.checks.factors import Factor
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Kind, Text, filled
from charmlp.doctor.kinds import kinds
from charmlp.exporting.page.sentences import Sentences

X, TARGET = np.array([[1.0, 2.0]]), np.array([[0.0, 1.0]])
W1, B1 = np.array([[1.0, 0.5], [1.0, -1.0]]), np.zeros(2)
W2, B2 = np.array([[1.0, 1.0], [0.0, -1.0]]), np.zeros(2)
RATE = 0.1
DIGITS = 4
NEAR = 0.006  # what rounding to two digits does not tell apart
LAST = ("wrong-formula", "cotangent")  # what is named where nothing else gives the number

Values = Mapping[str, Array]
# How the doctor's formulas call what a step takes
LETTER = re.compile(r"(?<![A-Za-z0-9])(y\*|[xWbgyzq])(?![A-Za-z0-9])")
Slip = tuple[str, dict[str, Text], Array]  # a mistake, what fills its words, what it comes to


@dataclass(frozen=True)
class Step:
    """One quantity: what it is called, how it comes about, its value, and what it is with mistakes."""

    name: str
    symbol: str
    formula: str
    value: Array
    kind: str
    slips: Sequence[Slip]
    letters: Mapping[str, str] = field(default_factory=dict)  # x is y₁ here, W is W₂


def worked(sentences: Sentences) -> dict[str, Any]:
    """What is given, and all steps in order, as plain lists and strings."""
    given = {"x": X, "W1": W1, "b1": B1, "W2": W2, "b2": B2}
    return {
        "given": {name: rows_of(value) for name, value in given.items()},
        "rate": RATE,
        "steps": [packed_step(step, sentences) for step in steps()],
    }


def steps() -> Iterator[Step]:
    """Forward to the loss, backward from it, and one step of gradient descent."""
    relu = calculus.ACTIVATIONS["relu"]
    z1 = calculus.linear(X, W1, B1)
    y1 = relu(z1)
    z2 = calculus.linear(y1, W2, B2)
    yield linear("z1", "z₁", "W₁ x + b₁", X, W1, B1, {"x": "x", "W": "W₁", "b": "b₁"})
    yield Step("y1", "y₁", "max(0, z₁)", y1, "relu", wrong_forms("relu", {"x": z1}), {"x": "z₁"})
    yield linear("z2", "z₂", "W₂ y₁ + b₂", y1, W2, B2, {"x": "y₁", "W": "W₂", "b": "b₂"})
    q = calculus.softmax(z2)
    yield Step("q", "q", "softmax(z₂)", q, "softmax", wrong_forms("softmax", {"logits": z2}), {"z": "z₂"})
    yield loss_step("L", "L", "−ln q₂", z2, {"z": "z₂"})

    d2 = calculus.cross_entropy_backward(z2, TARGET, 1)
    slips = wrong_gradients(
        "cross_entropy", "logits", {"logits": z2, "label": TARGET}, np.ones(1), np.ones(1)
    )
    yield Step("dz2", "∂L/∂z₂", "q − y*", d2, "cross_entropy", [*slips, *factors(d2, loss=True)], {"z": "z₂"})
    above = {"x": "y₁", "W": "W₂", "b": "b₂", "y": "z₂", "g": "∂L/∂z₂"}
    yield from linear_backward(2, y1, W2, B2, d2, above)
    dy1 = calculus.linear_backward_input(d2, W2)
    yield gradient("dy1", "∂L/∂y₁", "W₂ᵀ ∂L/∂z₂", "linear", "x", layer(y1, W2, B2), d2, above)
    below = {"x": "z₁", "y": "y₁", "g": "∂L/∂y₁"}
    yield gradient("dz1", "∂L/∂z₁", "∂L/∂y₁ ∘ [z₁ > 0]", "relu", "x", {"x": z1}, dy1, below)
    d1 = relu.input_gradient(dy1, z1, y1)
    yield from linear_backward(1, X, W1, B1, d1, {"x": "x", "W": "W₁", "b": "b₁", "y": "z₁", "g": "∂L/∂z₁"})

    new = []
    for number, (weight, bias, x, d) in enumerate(((W1, B1, X, d1), (W2, B2, y1, d2)), 1):
        for letter, value, slope in (
            ("W", weight, calculus.linear_backward_weight(d, x)),
            ("b", bias, calculus.linear_backward_bias(d)),
        ):
            yield moved(f"{letter}{number}", value, slope)
            new.append(value - RATE * slope)
    after = calculus.linear(relu(calculus.linear(X, new[0], new[1])), new[2], new[3])
    yield loss_step("L_new", "L′", "−ln q₂′", after, {"z": "z₂′", "q": "q′"})


def layer(x: Array, weight: Array, bias: Array) -> Values:
    return {"x": x, "weight": weight, "bias": bias}


def linear(
    name: str, symbol: str, formula: str, x: Array, weight: Array, bias: Array, letters: Mapping[str, str]
) -> Step:
    slips = wrong_forms("linear", layer(x, weight, bias))
    return Step(name, symbol, formula, calculus.linear(x, weight, bias), "linear", slips, letters)


def loss_step(name: str, symbol: str, formula: str, logits: Array, letters: Mapping[str, str]) -> Step:
    slips = wrong_forms("cross_entropy", {"logits": logits, "label": TARGET})
    loss = np.array(calculus.cross_entropy(logits, TARGET, 1))
    return Step(name, symbol, formula, loss, "cross_entropy", slips, letters)


def linear_backward(
    number: int, x: Array, weight: Array, bias: Array, d: Array, letters: Mapping[str, str]
) -> Iterator[Step]:
    v, lower = layer(x, weight, bias), "₀₁₂"[number]
    formula = f"{letters['g']} {letters['x']}ᵀ"
    yield gradient(f"dW{number}", f"∂L/∂W{lower}", formula, "linear", "weight", v, d, letters)
    yield gradient(f"db{number}", f"∂L/∂b{lower}", letters["g"], "linear", "bias", v, d, letters)


RIGHT: Mapping[tuple[str, str], Callable[[Values, Array], Array]] = {
    ("linear", "weight"): lambda v, g: calculus.linear_backward_weight(g, v["x"]),
    ("linear", "bias"): lambda v, g: calculus.linear_backward_bias(g),
    ("linear", "x"): lambda v, g: calculus.linear_backward_input(g, v["weight"]),
    ("relu", "x"): lambda v, g: calculus.ACTIVATIONS["relu"].input_gradient(
        g, v["x"], calculus.ACTIVATIONS["relu"](v["x"])
    ),
}


def gradient(
    name: str,
    symbol: str,
    formula: str,
    kind: str,
    role: str,
    v: Values,
    g: Array,
    letters: Mapping[str, str],
) -> Step:
    """A step of backward, below an upstream gradient g."""
    right = RIGHT[kind, role]
    value = right(v, g)
    distorted: list[Slip] = [(d.mistake, {"found": d.written}, right(v, d.function(g))) for d in DISTORTIONS]
    y = kinds()[kind].right.function({**kinds()[kind].right.parameters, **v})
    slips = [*wrong_gradients(kind, role, v, y, g), *distorted, *factors(value, loss=False)]
    return Step(name, symbol, formula, value, kind, slips, letters)


def moved(name: str, value: Array, slope: Array) -> Step:
    """θ − η ∂L/∂θ, and the same with other multiples of the gradient."""
    symbol = f"{name[0]}{'₀₁₂'[int(name[1])]}"
    ways: list[Slip] = [
        *factors(slope, loss=False),
        ("constant-factor", {"factor": f"{1 / RATE:g}"}, slope / RATE),
    ]
    slips: list[Slip] = [
        (mistake, {**words, "inputs": symbol}, value - RATE * wrong) for mistake, words, wrong in ways
    ]
    formula = f"{symbol} − η ∂L/∂{symbol}"
    return Step(f"{name}_new", f"{symbol}′", formula, value - RATE * slope, "linear", slips)


# What the doctor knows


def wrong_forms(kind: str, v: Values) -> list[Slip]:
    """Forward passes that are another function."""
    known = kinds()[kind]
    return [
        (form.mistake, {"found": form.text}, np.asarray(form.function({**known.right.parameters, **v})))
        for form in known.forms
        if not form.right or form.unless_named
    ]


def wrong_gradients(kind: str, role: str, v: Values, y: Array, g: Array) -> Iterator[Slip]:
    """The doctor's wrong formulas; they hold up to a factor, so that a minus is taken both ways."""
    known = kinds()[kind]
    v = {**known.right.parameters, **v}
    for wrong in known.gradients[role].wrong:
        try:
            with np.errstate(divide="ignore"):
                value = np.asarray(wrong.function(v, y, g))
        except ValueError:  # matrices that do not fit
            continue
        words = {"found": filled(wrong.written, v)}
        yield wrong.mistake, words, value
        if str(wrong.written).startswith("−"):
            yield wrong.mistake, words, -value


def factors(value: Array, *, loss: bool) -> list[Slip]:
    """The sign, 2 and ½."""
    some = (Factor(sign=-1), Factor(twos=1), Factor(twos=-1))
    return [(name, dict(w), f.value({}) * value) for f in some for name, w in mistakes_of(f, loss=loss)]


# As plain lists and strings


def packed_step(step: Step, sentences: Sentences) -> dict[str, Any]:
    kind = kinds()[step.kind]
    slips, seen = [], [step.value]
    for mistake, words, value in sorted(step.slips, key=lambda slip: slip[0].startswith(LAST)):
        if value.shape != step.value.shape or not np.isfinite(value).all():
            continue
        if any(abs(value - other).max() < NEAR for other in seen):
            continue
        seen.append(value)
        name = sentences.of(mistake, kind.name)
        texts = {**meant(kind, step), "inputs": step.symbol.removeprefix("∂L/∂"), **words}
        told = {key: text for key, text in texts.items() if sentences.tell(name, f"{{{key}}}")}
        called = {key: in_letters(sentences.both(text), step.letters) for key, text in told.items()}
        slips.append([name, called, rows_of(value)])
    names = {"name": step.name, "symbol": step.symbol, "formula": step.formula, "kind": step.kind}
    return {**names, "value": rows_of(step.value), "slips": slips}


def meant(kind: Kind, step: Step) -> dict[str, Text]:
    """What is right, of forward or of the gradient."""
    roles = {"dW": "weight", "db": "bias", "dy": "x", "dz": "x" if kind.name == "relu" else "logits"}
    role = roles.get(step.name[:2])
    right = step.formula if role is None else filled(kind.gradients[role].right, kind.right.parameters)
    return {"forward": kind.right.text, "right": right, "derivative": filled(right, {}, without="g · ")}


def in_letters(text: str | list[str], letters: Mapping[str, str]) -> str | list[str]:
    """A formula's words with what this step calls its letters."""
    if isinstance(text, list):
        return [str(in_letters(each, letters)) for each in text]
    return LETTER.sub(lambda match: letters.get(match[1], match[1]), text)


def rows_of(value: Array) -> list[list[float]]:
    found: list[list[float]] = (np.round(np.atleast_2d(value), DIGITS) + 0.0).tolist()  # no −0
    return found
