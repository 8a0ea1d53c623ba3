"""A scalar made of vectors and matrices, and its derivatives, each with the shape of its variable."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from charmlp.course.exercises import operations as op
from charmlp.course.exercises.calculation import Calculation
from charmlp.course.exercises.choosing import clearest, repeated
from charmlp.course.exercises.draw import Draw
from charmlp.course.exercises.kind import Kind, Options
from charmlp.course.exercises.numbers import Array, factor
from charmlp.course.exercises.operations import formula, own, plain_terms, products, ranked
from charmlp.course.exercises.step import Given, Operation, Step, Terms, Values

NUMBERS = (-3, -2, -1, 1, 2, 3)
HALVES = (-2, -1, -0.5, 0.5, 1, 2)


def operation(
    name: str,
    function: Callable[[Values], Array],
    formula: str,
    terms: Callable[[Values], Terms],
    about: str = "",
) -> Operation:
    """The slips are those of that name."""
    return Operation(function, formula, ranked(own(name)), terms, about)


def by(variable: str, of: str = "y") -> str:
    return rf"\frac{{\partial {of}}}{{\partial {variable}}}"


def dot(a: str, b: str) -> Callable[[Values], Terms]:
    """Σ a b over the last axis of the first."""
    return lambda v: products(v[a], v[b])


def outer(a: str, b: str) -> Callable[[Values], Terms]:
    return lambda v: products(v[a][:, np.newaxis, np.newaxis], v[b][np.newaxis, :, np.newaxis])


# y = aᵀ X b


def bilinear(draw: Draw) -> dict[str, Given]:
    return {
        "a": Given("a", draw.array(NUMBERS, 2)),
        "X": Given("X", draw.array(HALVES, 2, 3)),
        "b": Given("b", draw.array(NUMBERS, 3)),
    }


def terms_of_bilinear(v: Values) -> Terms:
    """Every element of X with its two partners."""
    trios = [
        (a, x, b) for a, row in zip(v["a"], v["X"], strict=True) for x, b in zip(row, v["b"], strict=True)
    ]
    written = [r" \cdot ".join(map(factor, trio)) for trio in trios]
    return Terms(np.prod(trios, axis=1), np.array(written, dtype=object))


ABX = {"a": "a", "X": "X", "b": "b"}
BILINEAR = (
    Step("y", "y", operation(
        "bilinear", lambda v: v["a"] @ v["X"] @ v["b"], r"{a}^{{\top}} {X} {b}", terms_of_bilinear,
    ), ABX),
    Step("da", by("a"), operation(
        "bilinear.a", lambda v: v["X"] @ v["b"], "{X} {b}", dot("X", "b"), "shape-of-variable",
    ), ABX, "a"),
    Step("dX", by("X"), operation(
        "bilinear.X", lambda v: np.outer(v["a"], v["b"]), r"{a} {b}^{{\top}}", outer("a", "b"), "one-element",
    ), ABX, "X"),
    Step("db", by("b"), operation(
        "bilinear.b", lambda v: v["X"].T @ v["a"], r"{X}^{{\top}} {a}",
        lambda v: products(v["X"].T, v["a"]), "shape-of-variable",
    ), ABX, "b"),
)  # fmt: skip


# y = xᵀ A x


def quadratic(draw: Draw) -> dict[str, Given]:
    return {"x": Given("x", draw.array(NUMBERS, 2)), "A": Given("A", draw.array(NUMBERS, 2, 2))}


def terms_of_quadratic(v: Values) -> Terms:
    return terms_of_bilinear({"a": v["x"], "X": v["A"], "b": v["x"]})


XA = {"x": "x", "A": "A"}
QUADRATIC = (
    Step("y", "y", operation(
        "quadratic", lambda v: v["x"] @ v["A"] @ v["x"], r"{x}^{{\top}} {A} {x}", terms_of_quadratic,
    ), XA),
    Step("dx", by("x"), operation(
        "quadratic.x", lambda v: (v["A"] + v["A"].T) @ v["x"], r"({A} + {A}^{{\top}}) {x}",
        lambda v: products(v["A"] + v["A"].T, v["x"]), "used-twice",
    ), XA, "x"),
    Step("dA", by("A"), operation(
        "quadratic.A", lambda v: np.outer(v["x"], v["x"]), r"{x} {x}^{{\top}}",
        outer("x", "x"), "one-element",
    ), XA, "A"),
)  # fmt: skip


# y = ½ ‖A x − b‖²


def squares(draw: Draw) -> dict[str, Given]:
    return {
        "A": Given("A", draw.array(NUMBERS, 3, 2)),
        "x": Given("x", draw.array(HALVES, 2)),
        "b": Given("b", draw.array(NUMBERS, 3)),
    }


AXB = {"A": "A", "x": "x", "b": "b", "r": "r"}
SQUARES = (
    Step("r", "r", operation(
        "residual", lambda v: v["A"] @ v["x"] - v["b"], "{A} {x} - {b}",
        lambda v: products(v["A"], v["x"], -v["b"]),
    ), {name: AXB[name] for name in "Axb"}),
    Step("y", "y", operation(
        "half-square", lambda v: v["r"] @ v["r"] / 2, r"\frac{{1}}{{2}} {r}^{{\top}} {r}",
        lambda v: products(v["r"] / 2, v["r"]),
    ), {"r": "r"}),
    Step("dx", by("x"), operation(
        "half-square.x", lambda v: v["A"].T @ v["r"], r"{A}^{{\top}} {r}",
        lambda v: products(v["A"].T, v["r"]), "every-way",
    ), AXB, "x"),
    Step("dA", by("A"), operation(
        "half-square.A", lambda v: np.outer(v["r"], v["x"]), r"{r} {x}^{{\top}}",
        outer("r", "x"), "one-element",
    ), AXB, "A"),
    Step("db", by("b"), operation(
        "half-square.b", lambda v: -v["r"], "-{r}", lambda v: plain_terms(-v["r"][:, np.newaxis]), "",
    ), AXB, "b"),
)  # fmt: skip


# One neuron: z = wᵀx + b, y = σ(z), L = (y − y*)²


def neuron(draw: Draw) -> dict[str, Given]:
    return {
        "x": Given("x", draw.array(NUMBERS, 2)),
        "w": Given("w", draw.array(HALVES, 2)),
        "b": Given("b", np.asarray(draw.one(HALVES))),
        "y*": Given(r"y^{\ast}", np.asarray(float(draw.below(2)))),
    }


def scaled(vector: str) -> Callable[[Values], Terms]:
    return lambda v: products(np.asarray(v["g"])[..., np.newaxis, np.newaxis], v[vector][:, np.newaxis])


SIGMOID, SLOPE = op.activation("sigmoid"), op.activation_gradient("sigmoid")
PARTS = {"x": "x", "w": "w", "b": "b", "g": "dz", "above": "dy"}
NEURON = (
    Step("z", "z", operation(
        "neuron", lambda v: v["w"] @ v["x"] + v["b"], r"{w}^{{\top}} {x} + {b}",
        lambda v: products(v["w"], v["x"], v["b"]),
    ), {name: PARTS[name] for name in "wxb"}),
    Step("y", "y", SIGMOID, {"x": "z"}),
    Step("L", "L", formula(
        r"({y} - {target})^{{2}}", lambda v: (v["y"] - v["target"]) ** 2, own("squared"),
    ), {"y": "y", "target": "y*"}),
    Step("dy", by("y", "L"), formula(
        r"2 \cdot ({y} - {target})", lambda v: 2 * (v["y"] - v["target"]), own("squared.y"),
    ), {"y": "y", "target": "y*"}, "y"),
    Step("dz", by("z", "L"), SLOPE, {"x": "z", "y": "y", "g": "dy"}, "z"),
    Step("dw", by("w", "L"), operation(
        "neuron.w", lambda v: v["g"] * v["x"], "{g} {x}", scaled("x"), "chain",
    ), PARTS, "w"),
    Step("db", by("b", "L"), formula("{g}", lambda v: v["g"], own("neuron.b"), "chain"), PARTS, "b"),
    Step("dx", by("x", "L"), operation(
        "neuron.x", lambda v: v["g"] * v["w"], "{g} {w}", scaled("w"), "chain",
    ), PARTS, "x"),
)  # fmt: skip

FORMS: Mapping[str, tuple[Callable[[Draw], dict[str, Given]], tuple[Step, ...], int]] = {
    "bilinear": (bilinear, BILINEAR, 1),
    "quadratic": (quadratic, QUADRATIC, 1),
    "squares": (squares, SQUARES, 2),
    "neuron": (neuron, NEURON, 3),
}  # what is drawn, what is asked, and how many of the steps define the scalar


def make(options: Options) -> Calculation:
    draw = Draw(options.seed)
    form = draw.one(tuple(FORMS))
    drawn, steps, defining = FORMS[form]

    def calculation(given: dict[str, Given]) -> Calculation:
        made = Calculation("scalars", options.seed, given, steps, [(f"scalars.{form}", {})], columns=True)
        return made.defined_by(steps[:defining])

    return clearest(repeated(lambda: drawn(draw)), is_fit, calculation)


def is_fit(given: Mapping[str, Given]) -> bool:
    """Numbers of a column differ in size; a neuron's z is small; a square matrix is not symmetric."""
    columns = [abs(each.value) for each in given.values() if each.value.ndim == 1]
    if any(len(set(column.tolist())) < len(column) for column in columns):
        return False
    if "w" in given:
        z = given["w"].value @ given["x"].value + given["b"].value
        return bool(0 < abs(z) <= 2)
    a = given["A"].value if "A" in given else np.zeros((1, 2))
    return a.shape[0] != a.shape[1] or not np.array_equal(a, a.T)


KIND = Kind(make)
