"""Two steps of an optimizer, with PyTorch's definitions; the constants are such that a pencil will do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import numpy as np

from charmlp.course.exercises.calculation import Calculation
from charmlp.course.exercises.choosing import clearest, repeated
from charmlp.course.exercises.draw import Draw
from charmlp.course.exercises.kind import Kind, Options
from charmlp.course.exercises.operations import MOVED, formula, own
from charmlp.course.exercises.step import Given, Step

SIZE, STEPS = 2, (1, 2)
START = (-2, -1, 1, 2, 3)
GRADIENTS = (-4, -3, -2, -1, 1, 2, 3, 4)
ETAS = (0.1, 0.2, 0.5)
Drawn: TypeAlias = dict[str, Given]

DECAYED = formula(
    r"{g} + {decay} \cdot {theta}", lambda v: v["g"] + v["decay"] * v["theta"], own("decayed"), "decayed"
)
VELOCITY = formula(
    r"{mu} \cdot {old} + {g}", lambda v: v["mu"] * v["old"] + v["g"], own("velocity"), "velocity"
)
SUM_OF_SQUARES = formula(
    r"{old} + {g}^{{2}}", lambda v: v["old"] + v["g"] ** 2, own("sum-of-squares"), "sum-of-squares"
)
MEAN_SQUARE = formula(
    r"{rho} \cdot {old} + (1 - {rho}) \cdot {g}^{{2}}",
    lambda v: v["rho"] * v["old"] + (1 - v["rho"]) * v["g"] ** 2,
    own("mean-square"),
    "mean-square",
)
MEAN = formula(
    r"{rho} \cdot {old} + (1 - {rho}) \cdot {g}",
    lambda v: v["rho"] * v["old"] + (1 - v["rho"]) * v["g"],
    own("mean"),
    "mean",
)
SCALED = formula(
    r"{theta} - {eta} \cdot \frac{{{g}}}{{\sqrt{{{s}}}}}",
    lambda v: v["theta"] - v["eta"] * v["g"] / np.sqrt(v["s"]),
    own("scaled"),
    "scaled",
)
CORRECTED = formula(
    r"\frac{{{m}}}{{1 - {rho}^{{{t}}}}}",
    lambda v: v["m"] / (1 - v["rho"] ** v["t"]),
    own("corrected"),
    "corrected",
)
ADAM = formula(
    r"{theta} - {eta} \cdot \frac{{{m}}}{{\sqrt{{{s}}}}}",
    lambda v: v["theta"] - v["eta"] * v["m"] / np.sqrt(v["s"]),
    own("adam"),
    "scaled",
)
ADADELTA = formula(
    r"\frac{{\sqrt{{{u} + {eps}}}}}{{\sqrt{{{s} + {eps}}}}} \cdot {g}",
    lambda v: np.sqrt(v["u"] + v["eps"]) / np.sqrt(v["s"] + v["eps"]) * v["g"],
    own("adadelta"),
    "adadelta",
)


def old(name: str, t: int) -> str:
    """What an optimizer remembers of the step before; nothing at first."""
    return f"{name}{t - 1}" if t > 1 else "zero"


def usual(t: int) -> dict[str, str]:
    """Roles that every rule has."""
    return {"theta": f"theta{t - 1}", "start": "theta0", "eta": "eta", "g": f"g{t}"}


def sgd(t: int) -> Iterator[Step]:
    roles = usual(t) | {"decay": "lambda", "mu": "mu"}
    yield Step(f"d{t}", f"d_{{{t}}}", DECAYED, roles)
    yield Step(f"v{t}", f"v_{{{t}}}", VELOCITY, roles | {"g": f"d{t}", "plain": f"g{t}", "old": old("v", t)})
    yield Step(f"theta{t}", theta(t), MOVED, roles | {"step": f"v{t}", "plain": f"d{t}"})


def adagrad(t: int) -> Iterator[Step]:
    yield Step(f"s{t}", f"s_{{{t}}}", SUM_OF_SQUARES, usual(t) | {"old": old("s", t)})
    yield Step(f"theta{t}", theta(t), SCALED, usual(t) | {"s": f"s{t}", "old": old("s", t)})


def rmsprop(t: int) -> Iterator[Step]:
    yield Step(f"s{t}", f"s_{{{t}}}", MEAN_SQUARE, usual(t) | {"old": old("s", t), "rho": "alpha"})
    yield Step(f"theta{t}", theta(t), SCALED, usual(t) | {"s": f"s{t}", "old": old("s", t)})


def adam(t: int) -> Iterator[Step]:
    yield Step(f"m{t}", f"m_{{{t}}}", MEAN, usual(t) | {"old": old("m", t), "rho": "beta1"})
    yield Step(f"s{t}", f"s_{{{t}}}", MEAN_SQUARE, usual(t) | {"old": old("s", t), "rho": "beta2"})
    roles = {"m": f"m{t}", "rho": "beta1", "other_rho": "beta2", "t": f"t{t}"}
    yield Step(f"m{t}_hat", rf"\hat{{m}}_{{{t}}}", CORRECTED, roles)
    roles = {"m": f"s{t}", "rho": "beta2", "other_rho": "beta1", "t": f"t{t}"}
    yield Step(f"s{t}_hat", rf"\hat{{s}}_{{{t}}}", CORRECTED, roles)
    roles = {"m": f"m{t}_hat", "s": f"s{t}_hat", "plain_m": f"m{t}", "plain_s": f"s{t}"}
    yield Step(f"theta{t}", theta(t), ADAM, usual(t) | roles)


def adadelta(t: int) -> Iterator[Step]:
    """u is the mean square of the steps before."""
    yield Step(f"s{t}", f"s_{{{t}}}", MEAN_SQUARE, usual(t) | {"old": old("s", t), "rho": "rho"})
    roles = {"s": f"s{t}", "u": old("u", t), "eps": "eps"}
    yield Step(f"d{t}", f"d_{{{t}}}", ADADELTA, usual(t) | roles)
    yield Step(f"u{t}", f"u_{{{t}}}", MEAN_SQUARE, {"g": f"d{t}", "old": old("u", t), "rho": "rho"})
    yield Step(f"theta{t}", theta(t), MOVED, usual(t) | {"step": f"d{t}", "plain": f"g{t}"})


def theta(t: int) -> str:
    return rf"\theta_{{{t}}}"


RULES: Mapping[str, Callable[[int], Iterator[Step]]] = {
    "sgd": sgd, "adagrad": adagrad, "rmsprop": rmsprop, "adam": adam, "adadelta": adadelta,
}  # fmt: skip
CONSTANTS: Mapping[str, Mapping[str, tuple[str, tuple[float, ...]]]] = {  # symbol, and what is drawn from
    "sgd": {"eta": (r"{\eta}", ETAS), "mu": (r"{\mu}", (0.5, 0.9)), "lambda": (r"{\lambda}", (0.1, 0.5))},
    "adagrad": {"eta": (r"{\eta}", ETAS)},
    "rmsprop": {"eta": (r"{\eta}", ETAS), "alpha": (r"{\alpha}", (0.75, 0.9))},
    "adam": {"eta": (r"{\eta}", ETAS), "beta1": (r"\beta_{1}", (0.5,)), "beta2": (r"\beta_{2}", (0.75,))},
    "adadelta": {"eta": (r"{\eta}", (0.5, 1)), "rho": (r"{\rho}", (0.5, 0.75)), "eps": (r"{\epsilon}", (1,))},
}
UNSTATED = {"zero": Given("0", np.zeros(SIZE))}
UNSTATED |= {f"t{t}": Given(str(t), np.asarray(float(t))) for t in STEPS}


def make(options: Options) -> Calculation:
    draw = Draw(options.seed)
    drawn_name = draw.one(tuple(RULES))
    name = options.optim_type or drawn_name
    steps = [step for t in STEPS for step in RULES[name](t)]

    def given() -> Drawn:
        constants = {
            each: Given(symbol, np.asarray(float(draw.one(values))))
            for each, (symbol, values) in CONSTANTS[name].items()
        }
        return {
            "theta0": Given(r"\theta_{0}", draw.array(START, SIZE)),
            **{f"g{t}": Given(f"g_{{{t}}}", draw.array(GRADIENTS, SIZE)) for t in STEPS},
            **constants,
        }

    def calculation(drawn: Drawn) -> Calculation:
        story = [("optimizer", {"rule": f"@rule.{name}"}), (f"optimizer.{name}", {})]
        made = Calculation("optimizer", options.seed, drawn, steps, story, unstated=UNSTATED)
        return made.defined_by(steps[len(steps) // 2 :])

    return clearest(repeated(given), is_fit, calculation)


def is_fit(given: Drawn) -> bool:
    """Gradients of different sizes, in the two elements and in the two steps; so is where they begin."""
    first, second = (abs(given[f"g{t}"].value) for t in STEPS)
    start = abs(given["theta0"].value)
    return bool(
        first[0] != first[1] and second[0] != second[1] and start[0] != start[1] and (first != second).all()
    )


KIND = Kind(make, takes=("optim_type",))
