"""y = a(x Wᵀ + b), a layer and its activation in one: the linear map's gradients for h = g a′(z)."""

from collections.abc import Callable, Iterator

import numpy as np

from charmlp.doctor.arrangement import BIAS, WEIGHT, Arrangement, X, arrange
from charmlp.doctor.functions import Array, relu, sigmoid
from charmlp.doctor.kind import Form, Formula, Gradient, Kind, Slopes, Variables, Wrong

Slope = Callable[[Array, Array], Array]  # of z and y
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], str]] = {
    "max(0, ·)": (relu, "[z > 0]"),
    "σ": (sigmoid, "y (1 − y)"),
    "tanh": (np.tanh, "1 − y²"),
}
WRONG: dict[str, dict[str, Slopes]] = {
    "max(0, ·)": {
        "relu-mask.missing": {"1": lambda z, y: np.ones_like(z)},
        "relu-mask.inverted": {"[z < 0]": lambda z, y: (z < 0).astype(float)},
        "wrong-variable.edit": {
            "z": lambda z, y: z,
            "y": lambda z, y: y,
        },
    },
    "σ": {
        "wrong-variable": {
            "z (1 − z)": lambda z, y: z * (1 - z),
            "σ(y) (1 − σ(y))": lambda z, y: sigmoid(y) * sigmoid(-y),
            "y": lambda z, y: y,
            "1 − y": lambda z, y: 1 - y,
            "1 − y²": lambda z, y: 1 - y**2,
        },
        "path-forgotten": {"1": lambda z, y: np.ones_like(z)},
    },
    "tanh": {
        "wrong-variable": {
            "1 − z²": lambda z, y: 1 - z**2,
            "1 − tanh²(y)": lambda z, y: 1 - np.tanh(y) ** 2,
            "y (1 − y)": lambda z, y: y * (1 - y),
            "1 − y": lambda z, y: 1 - y,
        },
        "path-forgotten": {"1": lambda z, y: np.ones_like(z)},
    },
}


def arrangements() -> Iterator[Arrangement]:
    for weight in ("transposed", "plain"):
        for bias in ("plain", "row"):
            yield arrange(X, (WEIGHT, weight), (BIAS, bias))
        yield arrange(X, (WEIGHT, weight))
        columns = ((X, "transposed"), (WEIGHT, weight), (BIAS, "column"))
        yield arrange(*columns, output="transposed")


def before(v: Variables) -> Array:
    z: Array = v["x"] @ v["weight"].T + v.get("bias", 0.0)
    return z


def form(name: str) -> Form:
    function, slope = ACTIVATIONS[name]
    parameters = {"activation": name, "slope": slope}
    return Form(f"{name}(x Wᵀ + b)", lambda v: function(before(v)), parameters=parameters)


def led_back(name: str, slope: Slope, through: Callable[[Variables, Array], Array]) -> Formula:
    """A wrong slope, where forward has this activation, led through the linear map."""

    def formula(v: Variables, y: Array, g: Array) -> Array:
        if v["activation"] != name:
            raise ValueError("another activation")
        return through(v, g * slope(before(v), y))

    return formula


def wrong(through: Callable[[Variables, Array], Array]) -> tuple[Wrong, ...]:
    return tuple(
        Wrong(f"{written} for a′(z)", led_back(name, slope, through), mistake)
        for name, mistakes in WRONG.items()
        for mistake, slopes in mistakes.items()
        for written, slope in slopes.items()
    )


KIND = Kind(
    aliases=("linearactivation", "activatedlinear"),
    also_called=("dense", "fullyconnected", "fc"),
    arrangements=tuple(arrangements()),
    forms=tuple(map(form, ACTIVATIONS)),
    gradients={
        "x": Gradient("h W, h = g {slope}", wrong(lambda v, h: h @ v["weight"])),
        "weight": Gradient("hᵀ x, h = g {slope}", wrong(lambda v, h: h.T @ v["x"])),
        "bias": Gradient("Σₙ hₙ, h = g {slope}", wrong(lambda v, h: h.sum(0))),
    },
    page="chain",
    factors="NDK",
    try_all=True,
)
