"""A student with plain lists: every exercise solved number by number, and the mistakes that are planted.

Nothing here is taken from charmlp. `SOLVE` has the right formula of each value that is asked for; `PLANTS`
the mistakes: at which value, in words, what is computed instead, and the names that are right for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, Any]
Row = list[float]
Matrix = list[Row]


@dataclass(frozen=True)
class Plant:
    at: str
    says: str
    formula: Callable[[Values], Any]
    names: tuple[str, ...]


# What a pencil can do


def turned(m: Matrix) -> Matrix:
    return [list(column) for column in zip(*m, strict=True)]


def dot(a: Row, b: Row) -> float:
    return sum(p * q for p, q in zip(a, b, strict=True))


def times(a: Matrix, b: Matrix) -> Matrix:
    return [[dot(row, column) for column in turned(b)] for row in a]


def on(function: Callable[..., float], *arrays: Any) -> Any:
    """Element by element; a number goes with every element."""
    if not any(isinstance(each, list) for each in arrays):
        return function(*arrays)
    size = max(len(each) for each in arrays if isinstance(each, list))
    parts = [each if isinstance(each, list) else [each] * size for each in arrays]
    return [on(function, *elements) for elements in zip(*parts, strict=True)]


def scaled(factor: float, m: Any) -> Any:
    return on(lambda e: factor * e, m)


def plus(a: Any, b: Any) -> Any:
    return on(lambda p, q: p + q, a, b)


def minus(a: Any, b: Any) -> Any:
    return on(lambda p, q: p - q, a, b)


def product(a: Any, b: Any) -> Any:
    return on(lambda p, q: p * q, a, b)


def layer(x: Matrix, w: Matrix, b: Row) -> Matrix:
    return [plus([dot(row, weights) for weights in w], b) for row in x]


def weights_of(g: Matrix, x: Matrix) -> Matrix:
    """gᵀ x."""
    return times(turned(g), x)


def next_row(m: Matrix) -> Matrix:
    return [*m[1:], m[0]]


FUNCTIONS: dict[str, Callable[[float], float]] = {
    "relu": lambda z: max(0.0, z),
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
}
SLOPES: dict[str, Callable[[float], float]] = {
    "relu": lambda z: 1.0 if z > 0 else 0.0,
    "leaky_relu": lambda z: 1.0 if z > 0 else 0.01,
    "sigmoid": lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2,
    "tanh": lambda z: 1 - math.tanh(z) ** 2,
}


def activated(v: Values, z: Any) -> Any:
    return on(FUNCTIONS[v["act"]], z)


def slopes(v: Values, z: Any) -> Any:
    return on(SLOPES[v["act"]], z)


def softmax_row(z: Row) -> Row:
    powers = [math.exp(e) for e in z]
    return [p / sum(powers) for p in powers]


def softmax(z: Matrix) -> Matrix:
    return [softmax_row(row) for row in z]


def chosen(v: Values, q: Matrix) -> Row:
    """The probabilities of the right classes."""
    return [row[target.index(1)] for row, target in zip(q, v["y*"], strict=True)]


def mean(numbers: Row) -> float:
    return sum(numbers) / len(numbers)


def loss(v: Values, q: Matrix) -> float:
    return mean([-math.log(p) for p in chosen(v, q)])


def column_sums(m: Matrix) -> Row:
    return [sum(column) for column in turned(m)]


# The whole network


def descended(name: str) -> Callable[[Values], Any]:
    return lambda v: minus(v[name], scaled(v["eta"], v[f"d{name}"]))


NETWORK: dict[str, Callable[[Values], Any]] = {
    "z1": lambda v: layer(v["x"], v["W1"], v["b1"]),
    "h1": lambda v: activated(v, v["z1"]),
    "z2": lambda v: layer(v["h1"], v["W2"], v["b2"]),
    "q": lambda v: softmax(v["z2"]),
    "L": lambda v: loss(v, v["q"]),
    "dz2": lambda v: scaled(1 / len(v["q"]), minus(v["q"], v["y*"])),
    "dW2": lambda v: times(turned(v["dz2"]), v["h1"]),
    "db2": lambda v: column_sums(v["dz2"]),
    "dh1": lambda v: times(v["dz2"], v["W2"]),
    "dz1": lambda v: product(v["dh1"], slopes(v, v["z1"])),
    "dW1": lambda v: times(turned(v["dz1"]), v["x"]),
    "db1": lambda v: column_sums(v["dz1"]),
    **{f"{name}_new": descended(name) for name in ("W1", "b1", "W2", "b2")},
    "z1_new": lambda v: layer(v["x"], v["W1_new"], v["b1_new"]),
    "h1_new": lambda v: activated(v, v["z1_new"]),
    "z2_new": lambda v: layer(v["h1_new"], v["W2_new"], v["b2_new"]),
    "q_new": lambda v: softmax(v["z2_new"]),
    "L_new": lambda v: loss(v, v["q_new"]),
}


def plants_of_layer(z: str, x: str, w: str, b: str) -> list[Plant]:
    return [
        Plant(z, "bias forgotten", lambda v: times(v[x], turned(v[w])), ("forward-wrong",)),
        Plant(z, "bias subtracted", lambda v: layer(v[x], v[w], scaled(-1, v[b])), ("forward-wrong",)),
        Plant(
            z,
            "x of the other example",
            lambda v: layer(next_row(v[x]), v[w], v[b]),
            ("wrong-sample", "order"),
        ),
    ]


def plants_of_loss(z: str, q: str, dz: str) -> list[Plant]:
    n = lambda v: len(v[q])  # noqa: E731
    return [
        Plant(q, "e^z not divided", lambda v: on(math.exp, v[z]), ("forward-wrong",)),
        Plant(q, "softmax down the columns", lambda v: turned(softmax(turned(v[z]))), ("forward-wrong",)),
        Plant(q, "no exponential", lambda v: [scaled(1 / sum(r), r) for r in v[z]], ("no-exponential",)),
        Plant(q, "softmax twice", lambda v: softmax(softmax(v[z])), ("softmax-twice",)),
        Plant(q, "one number copied wrongly: sign", lambda v: flip_first(softmax(v[z])), ("sign",)),
        Plant("L", "summed, not averaged", lambda v: n(v) * loss(v, v[q]), ("forward-wrong", "missing-mean")),
        Plant("L", "minus forgotten", lambda v: -loss(v, v[q]), ("forward-wrong", "sign")),
        Plant("L", "logarithm to base 10", lambda v: loss(v, v[q]) / math.log(10), ("forward-wrong",)),
        Plant(
            "L",
            "one example forgotten",
            lambda v: -sum(map(math.log, chosen(v, v[q])[1:])) / n(v),
            ("term-forgotten",),
        ),
        Plant("L", "the first example only", lambda v: -math.log(chosen(v, v[q])[0]), ("forward-wrong",)),
        Plant("L", "log of the mean", lambda v: -math.log(mean(chosen(v, v[q]))), ("log-of-mean",)),
        Plant("L", "the next class", lambda v: loss({"y*": next_class(v["y*"])}, v[q]), ("wrong-class",)),
        Plant(
            "L",
            "the other example's class",
            lambda v: loss({"y*": next_row(v["y*"])}, v[q]),
            ("wrong-sample",),
        ),
        Plant("L", "q, not its logarithm", lambda v: -mean(chosen(v, v[q])), ("forward-wrong",)),
        Plant(dz, "1/N forgotten", lambda v: minus(v[q], v["y*"]), ("missing-mean",)),
        Plant(dz, "1/N twice", lambda v: scaled(1 / n(v) ** 2, minus(v[q], v["y*"])), ("extra-mean",)),
        Plant(dz, "divided by N·K", lambda v: scaled(1 / n(v) / 3, minus(v[q], v["y*"])), ("wrong-divisor",)),
        Plant(dz, "y* − q", lambda v: scaled(1 / n(v), minus(v["y*"], v[q])), ("sign-flipped",)),
        Plant(dz, "q", lambda v: scaled(1 / n(v), v[q]), ("target-forgotten",)),
        Plant(
            dz,
            "−y*/q",
            lambda v: scaled(-1 / n(v), on(lambda t, p: t / p, v["y*"], v[q])),
            ("path-forgotten",),
        ),
        Plant(
            dz,
            "q (1 − q)",
            lambda v: scaled(1 / n(v), on(lambda p: p * (1 - p), v[q])),
            ("softmax-diagonal",),
        ),
        Plant(
            dz,
            "target of the other example",
            lambda v: scaled(1 / n(v), minus(v[q], next_row(v["y*"]))),
            ("wrong-sample", "wrong-formula"),
        ),
    ]


def next_class(target: Matrix) -> Matrix:
    return [[row[-1], *row[:-1]] for row in target]


def flip_first(m: Matrix) -> Matrix:
    return [[-m[0][0], *m[0][1:]], *m[1:]]


def plants_of_gradients(g: str, x: str, w: str, names: tuple[str, str, str]) -> list[Plant]:
    """Of dW, db and dx in a linear layer."""
    dw, db, dx = names
    plants = [
        Plant(dw, "transposed", lambda v: times(turned(v[x]), v[g]), ("weight-transposed",)),
        Plant(dw, "averaged", lambda v: scaled(1 / len(v[g]), weights_of(v[g], v[x])), ("extra-mean",)),
        Plant(dw, "sign", lambda v: scaled(-1, weights_of(v[g], v[x])), ("sign-flipped",)),
        Plant(dw, "first example only", lambda v: times(turned(v[g][:1]), v[x][:1]), ("one-example",)),
        Plant(
            dw,
            "examples mixed up",
            lambda v: times(turned(v[g]), next_row(v[x])),
            ("wrong-sample",),
        ),
        Plant(
            dw,
            "one product forgotten",
            lambda v: without_first(weights_of(v[g], v[x]), first_product(v[g], v[x])),
            ("term-forgotten",),
        ),
        Plant(
            dw,
            "one product with the wrong sign",
            lambda v: without_first(weights_of(v[g], v[x]), 2 * first_product(v[g], v[x])),
            ("term-sign",),
        ),
        Plant(db, "averaged", lambda v: [mean(c) for c in turned(v[g])], ("bias-averaged", "extra-mean")),
        Plant(db, "not summed", lambda v: v[g], ("batch-not-summed",)),
        Plant(db, "first example only", lambda v: v[g][0], ("batch-not-summed", "one-example")),
        Plant(db, "sign", lambda v: scaled(-1, column_sums(v[g])), ("sign-flipped",)),
    ]
    if dx:
        plants += [
            Plant(dx, "sign", lambda v: scaled(-1, times(v[g], v[w])), ("sign-flipped",)),
            Plant(
                dx,
                "gradient of the other example",
                lambda v: times(next_row(v[g]), v[w]),
                ("wrong-sample", "order"),
            ),
            Plant(
                dx,
                "one product forgotten",
                lambda v: without_first(times(v[g], v[w]), first_product(v[g], v[w])),
                ("term-forgotten",),
            ),
            Plant(dx, "|g|", lambda v: times(on(abs, v[g]), v[w]), ("cotangent-distorted",)),
        ]
    return plants


def first_product(a: Matrix, b: Matrix) -> float:
    return a[0][0] * b[0][0]


def without_first(m: Matrix, part: float) -> Matrix:
    return [[m[0][0] - part, *m[0][1:]], *m[1:]]


def of_relu(v: Values, z: Any) -> Any:
    """Masks are mistaken where there are masks."""
    if v["act"] != "relu":
        raise ValueError("no mask here")
    return z


def plants_of_slope(g: str, z: str, y: str, dz: str) -> list[Plant]:
    forgotten = ("relu-mask", "slope-forgotten", "other-value")
    return [
        Plant(dz, "slope forgotten", lambda v: v[g], (*forgotten, "path-forgotten")),
        Plant(
            dz,
            "slope of the other example",
            lambda v: product(v[g], slopes(v, next_row(v[z]))),
            ("wrong-sample",),
        ),
        Plant(
            dz,
            "slope of the other unit",
            lambda v: product(v[g], slopes(v, [[*row[1:], row[0]] for row in v[z]])),
            ("wrong-unit",),
        ),
        Plant(
            dz,
            "mask turned round",
            lambda v: product(v[g], on(lambda e: float(e < 0), of_relu(v, v[z]))),
            ("relu-mask",),
        ),
        Plant(dz, "value for slope", lambda v: product(v[g], v[y]), ("wrong-formula", "wrong-variable")),
        Plant(dz, "sign", lambda v: scaled(-1, product(v[g], slopes(v, v[z]))), ("sign-flipped",)),
        Plant(dz, "slope at y", lambda v: product(v[g], slopes(v, v[y])), ("wrong-variable", *forgotten)),
        Plant(dz, "upstream forgotten", lambda v: slopes(v, v[z]), ("cotangent-ignored",)),
        Plant(
            dz,
            "mask of the upstream gradient",
            lambda v: on(lambda e: e if e > 0 else 0.0, of_relu(v, v[g])),
            ("wrong-mask", "cotangent-distorted"),
        ),
    ]


def plants_of_step(name: str) -> list[Plant]:
    new, gradient = f"{name}_new", f"d{name}"
    return [
        Plant(new, "uphill", lambda v: plus(v[name], scaled(v["eta"], v[gradient])), ("uphill",)),
        Plant(new, "rate forgotten", lambda v: minus(v[name], v[gradient]), ("rate-forgotten",)),
        Plant(new, "step alone", lambda v: scaled(-v["eta"], v[gradient]), ("step-only",)),
    ]


BACKPROP = [
    *plants_of_layer("z1", "x", "W1", "b1"),
    Plant("z1", "W1 not transposed", lambda v: layer(v["x"], turned(v["W1"]), v["b1"]), ("not-transposed",)),
    Plant("h1", "another activation: none", lambda v: v["z1"], ("forward-wrong", "other-value")),
    *plants_of_layer("z2", "h1", "W2", "b2"),
    Plant("z2", "activation forgotten", lambda v: layer(v["z1"], v["W2"], v["b2"]), ("before-activation",)),
    Plant("z2", "x for h", lambda v: layer(v["x"], v["W2"], v["b2"]), ("other-layer",)),
    *plants_of_loss("z2", "q", "dz2"),
    *plants_of_gradients("dz2", "h1", "W2", ("dW2", "db2", "dh1")),
    Plant("dW2", "z for h", lambda v: times(turned(v["dz2"]), v["z1"]), ("before-activation",)),
    Plant("dW2", "x for h", lambda v: times(turned(v["dz2"]), v["x"]), ("other-layer",)),
    *plants_of_slope("dh1", "z1", "h1", "dz1"),
    *plants_of_gradients("dz1", "x", "W1", ("dW1", "db1", "")),
    Plant("dW1", "dh for dz", lambda v: times(turned(v["dh1"]), v["x"]), ("slope-forgotten",)),
    Plant("db1", "dh for dz", lambda v: column_sums(v["dh1"]), ("slope-forgotten",)),
    *plants_of_step("W1"),
    *plants_of_step("b2"),
    Plant("z1_new", "the old weights", lambda v: v["z1"], ("other-value",)),
    Plant("L_new", "loss before the step", lambda v: v["L"], ("other-value",)),
]

LINEAR: dict[str, Callable[[Values], Any]] = {
    "z": lambda v: layer(v["x"], v["W"], v["b"]),
    "dx": lambda v: times(v["g"], v["W"]),
    "dW": lambda v: times(turned(v["g"]), v["x"]),
    "db": lambda v: column_sums(v["g"]),
}
SOFTMAX: dict[str, Callable[[Values], Any]] = {
    "q": lambda v: softmax(v["z"]),
    "L": lambda v: loss(v, v["q"]),
    "dz": lambda v: scaled(1 / len(v["q"]), minus(v["q"], v["y*"])),
}
ACTIVATION: dict[str, Callable[[Values], Any]] = {
    "y": lambda v: activated(v, v["x"]),
    "dx": lambda v: product(v["g"], slopes(v, v["x"])),
}

# Scalars by vectors and matrices


def outer(a: Row, b: Row) -> Matrix:
    return [[p * q for q in b] for p in a]


def apply(m: Matrix, x: Row) -> Row:
    return [dot(row, x) for row in m]


BILINEAR: dict[str, Callable[[Values], Any]] = {
    "y": lambda v: dot(v["a"], apply(v["X"], v["b"])),
    "da": lambda v: apply(v["X"], v["b"]),
    "dX": lambda v: outer(v["a"], v["b"]),
    "db": lambda v: apply(turned(v["X"]), v["a"]),
}


def bilinear_without_one(v: Values) -> float:
    return BILINEAR["y"](v) - v["a"][0] * v["X"][0][0] * v["b"][0]


QUADRATIC: dict[str, Callable[[Values], Any]] = {
    "y": lambda v: dot(v["x"], apply(v["A"], v["x"])),
    "dx": lambda v: plus(apply(v["A"], v["x"]), apply(turned(v["A"]), v["x"])),
    "dA": lambda v: outer(v["x"], v["x"]),
}


def quadratic_without_one(v: Values) -> float:
    return QUADRATIC["y"](v) - v["A"][0][1] * v["x"][0] * v["x"][1]


def diagonal_alone(v: Values) -> float:
    return v["A"][0][0] * v["x"][0] ** 2 + v["A"][1][1] * v["x"][1] ** 2


SQUARES: dict[str, Callable[[Values], Any]] = {
    "r": lambda v: minus(apply(v["A"], v["x"]), v["b"]),
    "y": lambda v: dot(v["r"], v["r"]) / 2,
    "dx": lambda v: apply(turned(v["A"]), v["r"]),
    "dA": lambda v: outer(v["r"], v["x"]),
    "db": lambda v: scaled(-1, v["r"]),
}
NEURON: dict[str, Callable[[Values], Any]] = {
    "z": lambda v: dot(v["w"], v["x"]) + v["b"],
    "y": lambda v: FUNCTIONS["sigmoid"](v["z"]),
    "L": lambda v: (v["y"] - v["y*"]) ** 2,
    "dy": lambda v: 2 * (v["y"] - v["y*"]),
    "dz": lambda v: v["dy"] * v["y"] * (1 - v["y"]),
    "dw": lambda v: scaled(v["dz"], v["x"]),
    "db": lambda v: v["dz"],
    "dx": lambda v: scaled(v["dz"], v["w"]),
}

# Optimizers: what the second step has of the first is 0 in the first


def before(v: Values, name: str, t: int) -> Any:
    return v[f"{name}{t - 1}"] if t > 1 else [0.0] * len(v["g1"])


def average(share: float, old: Any, new: Any) -> Any:
    return plus(scaled(share, old), scaled(1 - share, new))


def squared(a: Any) -> Any:
    return on(lambda e: e * e, a)


def root(a: Any) -> Any:
    return on(math.sqrt, a)


def over(a: Any, b: Any) -> Any:
    return on(lambda p, q: p / q, a, b)


def moved(t: int, step: Callable[[Values], Any]) -> Callable[[Values], Any]:
    return lambda v: minus(v[f"theta{t - 1}"], scaled(v["eta"], step(v)))


def both(rule: Callable[[int], Mapping[str, Callable[[Values], Any]]]) -> dict[str, Callable[[Values], Any]]:
    return {**rule(1), **rule(2)}


def sgd(t: int) -> Mapping[str, Callable[[Values], Any]]:
    return {
        f"d{t}": lambda v: plus(v[f"g{t}"], scaled(v["lambda"], v[f"theta{t - 1}"])),
        f"v{t}": lambda v: plus(scaled(v["mu"], before(v, "v", t)), v[f"d{t}"]),
        f"theta{t}": moved(t, lambda v: v[f"v{t}"]),
    }


def adagrad(t: int) -> Mapping[str, Callable[[Values], Any]]:
    return {
        f"s{t}": lambda v: plus(before(v, "s", t), squared(v[f"g{t}"])),
        f"theta{t}": moved(t, lambda v: over(v[f"g{t}"], root(v[f"s{t}"]))),
    }


def rmsprop(t: int) -> Mapping[str, Callable[[Values], Any]]:
    return {
        f"s{t}": lambda v: average(v["alpha"], before(v, "s", t), squared(v[f"g{t}"])),
        f"theta{t}": moved(t, lambda v: over(v[f"g{t}"], root(v[f"s{t}"]))),
    }


def adam(t: int) -> Mapping[str, Callable[[Values], Any]]:
    return {
        f"m{t}": lambda v: average(v["beta1"], before(v, "m", t), v[f"g{t}"]),
        f"s{t}": lambda v: average(v["beta2"], before(v, "s", t), squared(v[f"g{t}"])),
        f"m{t}_hat": lambda v: scaled(1 / (1 - v["beta1"] ** t), v[f"m{t}"]),
        f"s{t}_hat": lambda v: scaled(1 / (1 - v["beta2"] ** t), v[f"s{t}"]),
        f"theta{t}": moved(t, lambda v: over(v[f"m{t}_hat"], root(v[f"s{t}_hat"]))),
    }


def adadelta(t: int) -> Mapping[str, Callable[[Values], Any]]:
    def rms(v: Values, mean_square: Any) -> Any:
        return on(lambda e: math.sqrt(e + v["eps"]), mean_square)

    return {
        f"s{t}": lambda v: average(v["rho"], before(v, "s", t), squared(v[f"g{t}"])),
        f"d{t}": lambda v: product(over(rms(v, before(v, "u", t)), rms(v, v[f"s{t}"])), v[f"g{t}"]),
        f"u{t}": lambda v: average(v["rho"], before(v, "u", t), squared(v[f"d{t}"])),
        f"theta{t}": moved(t, lambda v: v[f"d{t}"]),
    }


def second(v: Values) -> tuple[Any, Any, Any]:
    """What Adadelta's second step is made of."""
    return v["u1"], v["s2"], v["g2"]


def plants_of_move(t: int, step: Callable[[Values], Any]) -> list[Plant]:
    name, old = f"theta{t}", f"theta{t - 1}"
    return [
        Plant(name, "uphill", lambda v: plus(v[old], scaled(v["eta"], step(v))), ("uphill",)),
        Plant(name, "rate forgotten", lambda v: minus(v[old], step(v)), ("rate-forgotten",)),
        Plant(
            name,
            "the first step's start",
            lambda v: minus(v["theta0"], scaled(v["eta"], step(v))),
            ("old-value",),
        ),
        Plant(name, "step alone", lambda v: scaled(-v["eta"], step(v)), ("step-only",)),
    ]


def plants_of_average(name: str, t: int, share: str, new: Callable[[Values], Any]) -> list[Plant]:
    at = f"{name}{t}"
    return [
        Plant(
            at,
            "shares swapped",
            lambda v: average(1 - v[share], before(v, name, t), new(v)),
            ("shares-swapped",),
        ),
        Plant(
            at,
            "1 − ρ forgotten",
            lambda v: plus(scaled(v[share], before(v, name, t)), new(v)),
            ("share-forgotten", "old-forgotten"),
        ),
        Plant(at, "nothing remembered", lambda v: scaled(1 - v[share], new(v)), ("old-forgotten",)),
    ]


PLAIN = ("root-forgotten",)
OPTIMIZERS: dict[str, list[Plant]] = {
    "sgd": [
        Plant("v2", "momentum forgotten", lambda v: v["d2"], ("momentum-forgotten",)),
        Plant("v2", "dampened", lambda v: average(v["mu"], v["v1"], v["d2"]), ("dampened",)),
        Plant("v2", "μ forgotten", lambda v: plus(v["v1"], v["d2"]), ("old-added-whole",)),
        Plant("d1", "penalty forgotten", lambda v: v["g1"], ("decay-forgotten",)),
        Plant("d2", "penalty forgotten", lambda v: v["g2"], ("decay-forgotten",)),
        Plant(
            "d2", "penalty of θ₀", lambda v: plus(v["g2"], scaled(v["lambda"], v["theta0"])), ("old-value",)
        ),
        Plant(
            "d1",
            "penalty subtracted",
            lambda v: minus(v["g1"], scaled(v["lambda"], v["theta0"])),
            ("sign-of-part",),
        ),
        Plant("d1", "2 λ θ", lambda v: plus(v["g1"], scaled(2 * v["lambda"], v["theta0"])), ("decay-twice",)),
        Plant("d1", "λ forgotten", lambda v: plus(v["g1"], v["theta0"]), ("strength-forgotten",)),
        Plant(
            "theta2",
            "the gradient, not v",
            lambda v: minus(v["theta1"], scaled(v["eta"], v["d2"])),
            ("plain-gradient",),
        ),
        *plants_of_move(2, lambda v: v["v2"]),
    ],
    "adagrad": [
        Plant("s2", "not added up", lambda v: squared(v["g2"]), ("old-forgotten",)),
        Plant("s1", "not squared", lambda v: on(abs, v["g1"]), ("square-forgotten",)),
        Plant(
            "theta1", "no root", lambda v: minus(v["theta0"], scaled(v["eta"], over(v["g1"], v["s1"]))), PLAIN
        ),
        Plant(
            "theta2",
            "no division",
            lambda v: minus(v["theta1"], scaled(v["eta"], v["g2"])),
            ("division-forgotten",),
        ),
        Plant(
            "theta2",
            "s of the step before",
            lambda v: minus(v["theta1"], scaled(v["eta"], over(v["g2"], root(v["s1"])))),
            ("old-state",),
        ),
        *plants_of_move(2, lambda v: over(v["g2"], root(v["s2"]))),
    ],
    "rmsprop": [
        *plants_of_average("s", 2, "alpha", lambda v: squared(v["g2"])),
        Plant("s2", "added up", lambda v: plus(v["s1"], squared(v["g2"])), ("share-forgotten",)),
        Plant("s1", "not squared", lambda v: scaled(1 - v["alpha"], on(abs, v["g1"])), ("square-forgotten",)),
        Plant(
            "theta1", "no root", lambda v: minus(v["theta0"], scaled(v["eta"], over(v["g1"], v["s1"]))), PLAIN
        ),
        *plants_of_move(2, lambda v: over(v["g2"], root(v["s2"]))),
    ],
    "adam": [
        *plants_of_average("m", 2, "beta1", lambda v: v["g2"]),
        *plants_of_average("s", 2, "beta2", lambda v: squared(v["g2"])),
        Plant("m1_hat", "not corrected", lambda v: v["m1"], ("correction-forgotten",)),
        Plant("s2_hat", "not corrected", lambda v: v["s2"], ("correction-forgotten",)),
        Plant(
            "m2_hat",
            "corrected as in step 1",
            lambda v: scaled(1 / (1 - v["beta1"]), v["m2"]),
            ("correction-exponent",),
        ),
        Plant(
            "s2_hat", "corrected by β₁", lambda v: scaled(1 / (1 - v["beta1"] ** 2), v["s2"]), ("other-rate",)
        ),
        Plant(
            "theta2",
            "m not corrected",
            lambda v: minus(v["theta1"], scaled(v["eta"], over(v["m2"], root(v["s2_hat"])))),
            ("correction-forgotten",),
        ),
        Plant(
            "theta1",
            "no root",
            lambda v: minus(v["theta0"], scaled(v["eta"], over(v["m1_hat"], v["s1_hat"]))),
            PLAIN,
        ),
        *plants_of_move(2, lambda v: over(v["m2_hat"], root(v["s2_hat"]))),
    ],
    "adadelta": [
        *plants_of_average("s", 2, "rho", lambda v: squared(v["g2"])),
        *plants_of_average("u", 2, "rho", lambda v: squared(v["d2"])),
        Plant(
            "d1",
            "ε forgotten below",
            lambda v: on(lambda s, g: math.sqrt(v["eps"] / s) * g, v["s1"], v["g1"]),
            ("epsilon-forgotten",),
        ),
        Plant(
            "d2",
            "no roots",
            lambda v: on(lambda u, s, g: (u + v["eps"]) / (s + v["eps"]) * g, *second(v)),
            PLAIN,
        ),
        Plant(
            "d2",
            "turned over",
            lambda v: on(lambda u, s, g: math.sqrt((s + v["eps"]) / (u + v["eps"])) * g, *second(v)),
            ("turned-over",),
        ),
        Plant("u1", "squares of g", lambda v: scaled(1 - v["rho"], squared(v["g1"])), ("other-value",)),
        *plants_of_move(2, lambda v: v["d2"]),
    ],
}

# Descent on a parabola

PARABOLA: dict[str, Callable[[Values], Any]] = {
    "theta_min": lambda v: mean(v["c"]),
    "g": lambda v: mean([v["a"] * (v["theta0"] - c) for c in v["c"]]),
    "theta_gd": lambda v: v["theta0"] - v["eta"] * v["g"],
    "rho": lambda v: 1 - v["eta"] * v["a"],
    "eta_max": lambda v: 2 / v["a"],
    "theta_t": lambda v: v["theta_min"] + v["rho"] ** int(v["t"]) * (v["theta0"] - v["theta_min"]),
    "theta_sgd1": lambda v: v["theta0"] - v["eta"] * v["a"] * (v["theta0"] - v["c"][0]),
    "theta_sgd2": lambda v: v["theta_sgd1"] - v["eta"] * v["a"] * (v["theta_sgd1"] - v["c"][1]),
    "theta_sgd3": lambda v: v["theta_sgd2"] - v["eta"] * v["a"] * (v["theta_sgd2"] - v["c"][2]),
}


def after(v: Values, steps: float) -> float:
    return v["theta_min"] + v["rho"] ** steps * (v["theta0"] - v["theta_min"])


def towards(v: Values, start: str, sample: int, rate: float) -> float:
    """A step of SGD."""
    return v[start] - rate * (v[start] - v["c"][sample])


SOLVE: dict[str, Mapping[str, Callable[[Values], Any]]] = {
    "backprop": NETWORK,
    "linear": LINEAR,
    "softmax": SOFTMAX,
    "activation": ACTIVATION,
    "scalars.bilinear": BILINEAR,
    "scalars.quadratic": QUADRATIC,
    "scalars.squares": SQUARES,
    "scalars.neuron": NEURON,
    "optimizer.sgd": both(sgd),
    "optimizer.adagrad": both(adagrad),
    "optimizer.rmsprop": both(rmsprop),
    "optimizer.adam": both(adam),
    "optimizer.adadelta": both(adadelta),
    "convergence": PARABOLA,
}
PLANTS: dict[str, list[Plant]] = {
    "backprop": BACKPROP,
    "linear": [*plants_of_layer("z", "x", "W", "b"), *plants_of_gradients("g", "x", "W", ("dW", "db", "dx"))],
    "softmax": plants_of_loss("z", "q", "dz"),
    "activation": [
        Plant("y", "the slope", lambda v: slopes(v, v["x"]), ("slope-for-value", "wrong-unit")),
        Plant("y", "tanh for it", lambda v: on(math.tanh, v["x"]), ("other-activation", "forward-wrong")),
        Plant("y", "|x|", lambda v: on(abs, of_relu(v, v["x"])), ("forward-wrong",)),
        *plants_of_slope("g", "x", "y", "dx"),
    ],
    "scalars.bilinear": [
        Plant("y", "one product forgotten", bilinear_without_one, ("term-forgotten",)),
        Plant("da", "times a", lambda v: product(v["a"], BILINEAR["da"](v)), ("itself-left-in",)),
        Plant("da", "sign", lambda v: scaled(-1, BILINEAR["da"](v)), ("sign",)),
        Plant("dX", "b aᵀ", lambda v: outer(v["b"], v["a"]), ("outer-transposed",)),
        Plant("dX", "times X", lambda v: product(v["X"], BILINEAR["dX"](v)), ("itself-left-in",)),
        Plant("db", "column sums", lambda v: column_sums(v["X"]), ("factor-left-out",)),
    ],
    "scalars.quadratic": [
        Plant("y", "the diagonal alone", diagonal_alone, ("cross-terms-forgotten",)),
        Plant("y", "one product forgotten", quadratic_without_one, ("term-forgotten",)),
        Plant("dx", "A x", lambda v: apply(v["A"], v["x"]), ("one-use",)),
        Plant("dx", "2 A x", lambda v: scaled(2, apply(v["A"], v["x"])), ("symmetric-assumed",)),
        Plant("dx", "Aᵀ x", lambda v: apply(turned(v["A"]), v["x"]), ("one-use",)),
        Plant("dA", "2 x xᵀ", lambda v: scaled(2, outer(v["x"], v["x"])), ("twice",)),
        Plant("dA", "xᵀ x", lambda v: dot(v["x"], v["x"]), ("inner-for-outer",)),
        Plant("dA", "sign of one", lambda v: flip_first(outer(v["x"], v["x"])), ("sign",)),
    ],
    "scalars.squares": [
        Plant("r", "b forgotten", lambda v: apply(v["A"], v["x"]), ("part-forgotten", "term-forgotten")),
        Plant("r", "+ b", lambda v: plus(apply(v["A"], v["x"]), v["b"]), ("sign-of-part", "term-sign")),
        Plant("y", "½ forgotten", lambda v: dot(v["r"], v["r"]), ("half-forgotten",)),
        Plant("y", "square forgotten", lambda v: sum(v["r"]), ("square-forgotten",)),
        Plant("y", "root", lambda v: math.sqrt(dot(v["r"], v["r"])), ("root",)),
        Plant("dx", "2 Aᵀ r", lambda v: scaled(2, SQUARES["dx"](v)), ("twice",)),
        Plant("dx", "−Aᵀ r", lambda v: scaled(-1, SQUARES["dx"](v)), ("sign-flipped",)),
        Plant("dA", "x rᵀ", lambda v: outer(v["x"], v["r"]), ("outer-transposed",)),
        Plant("dA", "half", lambda v: scaled(0.5, outer(v["r"], v["x"])), ("halved",)),
        Plant("db", "r", lambda v: v["r"], ("sign-flipped", "other-value")),
    ],
    "scalars.neuron": [
        Plant("z", "b forgotten", lambda v: dot(v["w"], v["x"]), ("part-forgotten", "term-forgotten")),
        Plant("z", "one product forgotten", lambda v: v["w"][0] * v["x"][0] + v["b"], ("term-forgotten",)),
        Plant("y", "tanh", lambda v: math.tanh(v["z"]), ("forward-wrong", "other-activation")),
        Plant("L", "half", lambda v: (v["y"] - v["y*"]) ** 2 / 2, ("half-square",)),
        Plant("L", "square forgotten", lambda v: v["y"] - v["y*"], ("square-forgotten",)),
        Plant("dy", "2 forgotten", lambda v: v["y"] - v["y*"], ("halved",)),
        Plant("dy", "y* − y", lambda v: 2 * (v["y*"] - v["y"]), ("sign-flipped",)),
        Plant(
            "dz", "slope forgotten", lambda v: v["dy"], ("path-forgotten", "slope-forgotten", "other-value")
        ),
        Plant("dz", "z (1 − z)", lambda v: v["dy"] * v["z"] * (1 - v["z"]), ("wrong-variable",)),
        Plant("dz", "1 − y²", lambda v: v["dy"] * (1 - v["y"] ** 2), ("wrong-variable",)),
        Plant("dw", "times w", lambda v: scaled(v["dz"], v["w"]), ("itself-left-in", "other-value")),
        Plant("dw", "dy for dz", lambda v: scaled(v["dy"], v["x"]), ("slope-forgotten",)),
        Plant("dx", "times x", lambda v: scaled(v["dz"], v["x"]), ("itself-left-in", "other-value")),
        Plant("db", "1", lambda v: 1.0, ("factor-left-out",)),
    ],
    **{f"optimizer.{name}": plants for name, plants in OPTIMIZERS.items()},
    "convergence": [
        Plant("theta_min", "summed", lambda v: sum(v["c"]), ("sum-for-mean",)),
        Plant("theta_min", "one forgotten", lambda v: (v["c"][0] + v["c"][1]) / 3, ("term-forgotten",)),
        Plant("g", "a forgotten", lambda v: v["theta0"] - v["theta_min"], ("curvature-forgotten",)),
        Plant("g", "sign", lambda v: v["a"] * (v["theta_min"] - v["theta0"]), ("sign", "sign-flipped")),
        Plant("g", "summed", lambda v: sum(v["a"] * (v["theta0"] - c) for c in v["c"]), ("sum-for-mean",)),
        Plant("theta_gd", "uphill", lambda v: v["theta0"] + v["eta"] * v["g"], ("uphill",)),
        Plant("theta_gd", "rate forgotten", lambda v: v["theta0"] - v["g"], ("rate-forgotten",)),
        Plant("rho", "η a", lambda v: v["eta"] * v["a"], ("part-forgotten",)),
        Plant("rho", "1 + η a", lambda v: 1 + v["eta"] * v["a"], ("sign-of-part",)),
        Plant("eta_max", "1/a", lambda v: 1 / v["a"], ("best-for-largest",)),
        Plant("eta_max", "2", lambda v: 2.0, ("curvature-forgotten",)),
        Plant("theta_t", "one step", lambda v: after(v, 1), ("power-forgotten", "other-value")),
        Plant("theta_t", "from 0", lambda v: v["rho"] ** v["t"] * v["theta0"], ("minimum-forgotten",)),
        Plant("theta_t", "t + 1 steps", lambda v: after(v, v["t"] + 1), ("power-off-by-one",)),
        Plant(
            "theta_sgd1",
            "whole batch",
            lambda v: v["theta0"] - v["eta"] * v["g"],
            ("whole-batch", "other-value"),
        ),
        Plant("theta_sgd2", "from θ₀", lambda v: towards(v, "theta0", 1, v["eta"] * v["a"]), ("old-value",)),
        Plant(
            "theta_sgd2",
            "the first sample again",
            lambda v: towards(v, "theta_sgd1", 0, v["eta"] * v["a"]),
            ("wrong-sample",),
        ),
        Plant(
            "theta_sgd3",
            "a forgotten",
            lambda v: towards(v, "theta_sgd2", 2, v["eta"]),
            ("curvature-forgotten",),
        ),
    ],
}
