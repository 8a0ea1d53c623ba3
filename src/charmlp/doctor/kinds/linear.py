"""y = x Wᵀ + b, by rows or by columns."""

import itertools
from collections.abc import Iterator
from typing import Any

from charmlp.doctor.arrangement import BIAS, WEIGHT, Arrangement, X, arrange
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Gradient, Kind, Variables, Wrong, wrong_form


def arrangements() -> Iterator[Arrangement]:
    """The usual order first; W or Wᵀ; then columns, y = W x + b or Wᵀ x + b; then one row."""
    for biases in ((BIAS,), ()):
        orders: list[list[Any]] = [
            list(itertools.permutations([X, (WEIGHT, form), *biases])) for form in ("plain", "transposed")
        ]
        yield from (arrange(*order[0]) for order in orders)
        yield from (arrange(*other) for order in orders for other in order[1:])
        if biases:
            yield arrange(X, (WEIGHT, "plain"), (BIAS, "row"))
            # who writes x W, as most do in NumPy, mostly keeps a bias as one row
            yield arrange(X, (WEIGHT, "transposed"), (BIAS, "row"), second=True)
            yield from (
                arrange(X, (WEIGHT, form), BIAS, second=True, K=1) for form in ("plain", "transposed")
            )
        for form, bias_form in itertools.product(
            ("plain", "transposed"), ("column", "plain")[: 1 + len(biases)]
        ):
            columns: list[Any] = [(X, "transposed"), (WEIGHT, form), *((bias, bias_form) for bias in biases)]
            yield from (
                arrange(*order, output="transposed", second=True) for order in itertools.permutations(columns)
            )
        row: list[Any] = [(X, "single"), WEIGHT, *biases]
        yield from (arrange(*order, output="single", N=1) for order in itertools.permutations(row))


def product(v: Variables) -> Array:
    return v["x"] @ v["weight"].T


def without_bias(v: Variables) -> Array:
    if "bias" not in v:
        raise ValueError("there is no bias to forget")
    return product(v)


KIND = Kind(
    aliases=("linear", "affine", "dense", "fullyconnected", "fc"),
    arrangements=tuple(arrangements()),
    forms=(
        Form("x Wᵀ + b", lambda v: product(v) + v.get("bias", 0)),
        wrong_form("x Wᵀ, without b", without_bias, telling=True),
        wrong_form("x Wᵀ − b", lambda v: product(v) - v["bias"], telling=True),
    ),
    gradients={
        "x": Gradient(
            "g W",
            (
                Wrong("g Wᵀ", lambda v, y, g: g @ v["weight"].T, "wrong-transpose-for-input"),
                Wrong("(g W)ᵀ", lambda v, y, g: (g @ v["weight"]).T),
                Wrong("W g", lambda v, y, g: v["weight"] @ g),
                Wrong("Wᵀ g", lambda v, y, g: v["weight"].T @ g),
                Wrong("W gᵀ", lambda v, y, g: v["weight"] @ g.T),
                Wrong("gᵀ W", lambda v, y, g: g.T @ v["weight"]),
                Wrong("g x", lambda v, y, g: g @ v["x"]),
            ),
        ),
        "weight": Gradient(
            "gᵀ x",
            (
                Wrong("xᵀ g", lambda v, y, g: v["x"].T @ g, "weight-transposed"),
                Wrong("g x", lambda v, y, g: g @ v["x"]),
                Wrong("x g", lambda v, y, g: v["x"] @ g),
                Wrong("g xᵀ", lambda v, y, g: g @ v["x"].T),
                Wrong("x gᵀ", lambda v, y, g: v["x"] @ g.T),
                Wrong("gᵀ xᵀ", lambda v, y, g: g.T @ v["x"].T),
                Wrong("gᵀ W", lambda v, y, g: g.T @ v["weight"]),
            ),
        ),
        "bias": Gradient(
            "Σₙ gₙ",
            (
                Wrong("Σₖ gₖ", lambda v, y, g: g.sum(1), "batch-not-summed.axis"),
                Wrong("the first row of g", lambda v, y, g: g[0], "batch-not-summed.one-row"),
                Wrong("the last row of g", lambda v, y, g: g[-1], "batch-not-summed.one-row"),
                Wrong("the largest g of each column", lambda v, y, g: g.max(0), "batch-not-summed.one-row"),
            ),
        ),
    },
    page="linear",
    factors="NDK",
    square_sizes=({"N": 5, "D": 4, "K": 4, "C": 4}, {"N": 4, "D": 4, "K": 4, "C": 4}),
    seen_through_noise=True,
    try_all=True,
)
