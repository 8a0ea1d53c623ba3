"""Of the optimizers' rules, and of gradient descent on a parabola."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from charmlp.course.exercises.numbers import Array
from charmlp.course.exercises.step import Values

Function = Callable[[Values], Array]
Table = Mapping[str, Iterable[Function]]


def averages(square: bool) -> Table:
    """Of ρ s + (1 − ρ) g², or of g itself."""

    def new(v: Values) -> Array:
        return v["g"] ** 2 if square else v["g"]

    found: dict[str, Iterable[Function]] = {
        "shares-swapped": [lambda v: (1 - v["rho"]) * v["old"] + v["rho"] * new(v)],
        "share-forgotten": [
            lambda v: v["rho"] * v["old"] + new(v),
            lambda v: v["old"] + (1 - v["rho"]) * new(v),
            lambda v: v["old"] + new(v),
        ],
        "old-forgotten": [lambda v: (1 - v["rho"]) * new(v), new],
        "unchanged": [lambda v: v["old"] + 0 * v["g"]],
    }
    if square:
        found["square-forgotten"] = [
            lambda v: v["rho"] * v["old"] + (1 - v["rho"]) * v["g"],
            lambda v: v["rho"] * v["old"] + (1 - v["rho"]) * abs(v["g"]),
        ]
        found["share-squared"] = [lambda v: v["rho"] * v["old"] + ((1 - v["rho"]) * v["g"]) ** 2]
    else:
        found["square-taken"] = [lambda v: v["rho"] * v["old"] + (1 - v["rho"]) * v["g"] ** 2]
        found["sign-of-part"] = [lambda v: v["rho"] * v["old"] - (1 - v["rho"]) * v["g"]]
    return found


def divided(v: Values) -> Array:
    """The step of Adagrad and RMSprop."""
    return v["eta"] * v["g"] / np.sqrt(v["s"])


def corrected(power: Callable[[Values], float]) -> Function:
    return lambda v: v["m"] / (1 - v["rho"] ** power(v))


TABLE: Mapping[str, Table] = {
    "decayed": {
        "decay-forgotten": [lambda v: v["g"]],
        "sign-of-part": [lambda v: v["g"] - v["decay"] * v["theta"]],
        "decay-twice": [lambda v: v["g"] + 2 * v["decay"] * v["theta"]],
        "decay-of-gradient": [lambda v: v["g"] + v["decay"] * v["g"], lambda v: v["decay"] * v["g"]],
        "strength-forgotten": [lambda v: v["g"] + v["theta"]],
        "strength-alone": [lambda v: v["g"] + v["decay"]],
        "old-value": [lambda v: v["g"] + v["decay"] * v["start"]],
    },
    "velocity": {
        "momentum-forgotten": [lambda v: v["g"]],
        "dampened": [lambda v: v["mu"] * v["old"] + (1 - v["mu"]) * v["g"]],
        "momentum-of-gradient": [lambda v: v["old"] + v["mu"] * v["g"]],
        "old-added-whole": [lambda v: v["old"] + v["g"]],
        "sign-of-part": [lambda v: v["mu"] * v["old"] - v["g"]],
        "decay-forgotten": [lambda v: v["mu"] * v["old"] + v["plain"]],
        "gradient-forgotten": [lambda v: v["mu"] * v["old"]],
    },
    "moved": {
        "uphill": [lambda v: v["theta"] + v["eta"] * v["step"]],
        "rate-forgotten": [lambda v: v["theta"] - v["step"]],
        "step-only": [lambda v: -v["eta"] * v["step"], lambda v: v["eta"] * v["step"]],
        "no-step": [lambda v: v["theta"]],
        "rate-divides": [lambda v: v["theta"] - v["step"] / v["eta"]],
        "step-transposed": [lambda v: v["theta"] - v["eta"] * v["step"].T],
        "plain-gradient": [lambda v: v["theta"] - v["eta"] * v["plain"]],
        "old-value": [lambda v: v["start"] - v["eta"] * v["step"]],
        "decay-beside": [lambda v: (1 - v["eta"] * v["decay"]) * v["theta"] - v["eta"] * v["step"]],
    },
    "sum-of-squares": {
        "old-forgotten": [lambda v: v["g"] ** 2],
        "square-forgotten": [lambda v: v["old"] + v["g"], lambda v: v["old"] + abs(v["g"])],
        "square-of-sum": [lambda v: (np.sqrt(v["old"]) + v["g"]) ** 2],
        "averaged": [lambda v: (v["old"] + v["g"] ** 2) / 2],
        "unchanged": [lambda v: v["old"] + 0 * v["g"]],
    },
    "mean-square": averages(square=True),
    "mean": averages(square=False),
    "scaled": {
        "uphill": [lambda v: v["theta"] + divided(v)],
        "rate-forgotten": [lambda v: v["theta"] - divided(v) / v["eta"]],
        "root-forgotten": [lambda v: v["theta"] - v["eta"] * v["g"] / v["s"]],
        "division-forgotten": [lambda v: v["theta"] - v["eta"] * v["g"]],
        "multiplied": [lambda v: v["theta"] - v["eta"] * v["g"] * np.sqrt(v["s"])],
        "step-only": [lambda v: -divided(v), divided],
        "no-step": [lambda v: v["theta"]],
        "old-value": [lambda v: v["start"] - divided(v)],
        "old-state": [lambda v: v["theta"] - v["eta"] * v["g"] / np.sqrt(v["old"])],
    },
    "corrected": {
        "correction-forgotten": [lambda v: v["m"]],
        "correction-exponent": [
            corrected(lambda v: float(v["t"]) + 1),
            corrected(lambda v: 1.0),
            corrected(lambda v: 2.0),
        ],
        "multiplied": [lambda v: v["m"] * (1 - v["rho"] ** v["t"])],
        "correction-power": [
            lambda v: v["m"] / v["rho"] ** v["t"],
            lambda v: v["m"] / (1 - v["rho"]) ** v["t"],
        ],
        "other-rate": [lambda v: v["m"] / (1 - v["other_rho"] ** v["t"])],
    },
    "adam": {
        "uphill": [lambda v: v["theta"] + v["eta"] * v["m"] / np.sqrt(v["s"])],
        "rate-forgotten": [lambda v: v["theta"] - v["m"] / np.sqrt(v["s"])],
        "root-forgotten": [lambda v: v["theta"] - v["eta"] * v["m"] / v["s"]],
        "correction-forgotten": [
            lambda v: v["theta"] - v["eta"] * v["plain_m"] / np.sqrt(v["plain_s"]),
            lambda v: v["theta"] - v["eta"] * v["m"] / np.sqrt(v["plain_s"]),
            lambda v: v["theta"] - v["eta"] * v["plain_m"] / np.sqrt(v["s"]),
        ],
        "division-forgotten": [lambda v: v["theta"] - v["eta"] * v["m"]],
        "plain-gradient": [lambda v: v["theta"] - v["eta"] * v["g"] / np.sqrt(v["s"])],
        "step-only": [
            lambda v: -v["eta"] * v["m"] / np.sqrt(v["s"]),
            lambda v: v["eta"] * v["m"] / np.sqrt(v["s"]),
        ],
        "no-step": [lambda v: v["theta"]],
        "old-value": [lambda v: v["start"] - v["eta"] * v["m"] / np.sqrt(v["s"])],
    },
    "adadelta": {
        "root-forgotten": [lambda v: (v["u"] + v["eps"]) / (v["s"] + v["eps"]) * v["g"]],
        "turned-over": [lambda v: np.sqrt(v["s"] + v["eps"]) / np.sqrt(v["u"] + v["eps"]) * v["g"]],
        "epsilon-forgotten": [
            lambda v: np.sqrt(v["u"]) / np.sqrt(v["s"]) * v["g"],
            lambda v: np.sqrt(v["u"] + v["eps"]) / np.sqrt(v["s"]) * v["g"],
            lambda v: np.sqrt(v["u"]) / np.sqrt(v["s"] + v["eps"]) * v["g"],
        ],
        "epsilon-beside": [lambda v: (np.sqrt(v["u"]) + v["eps"]) / (np.sqrt(v["s"]) + v["eps"]) * v["g"]],
        "gradient-forgotten": [lambda v: np.sqrt(v["u"] + v["eps"]) / np.sqrt(v["s"] + v["eps"])],
        "sign": [lambda v: -np.sqrt(v["u"] + v["eps"]) / np.sqrt(v["s"] + v["eps"]) * v["g"]],
        "division-forgotten": [lambda v: np.sqrt(v["u"] + v["eps"]) * v["g"]],
        "numerator-forgotten": [lambda v: v["g"] / np.sqrt(v["s"] + v["eps"])],
    },
    "minimum": {
        "sum-for-mean": [lambda v: v["c"].sum()],
        "median": [lambda v: np.median(v["c"])],
        "start-included": [lambda v: (v["c"].sum() + v["theta"]) / (len(v["c"]) + 1)],
    },
    "parabola": {
        "curvature-forgotten": [lambda v: v["theta"] - v["best"]],
        "sign": [lambda v: v["a"] * (v["best"] - v["theta"])],
        "sum-for-mean": [lambda v: len(v["c"]) * v["a"] * (v["theta"] - v["best"])],
        "twice": [lambda v: 2 * v["a"] * (v["theta"] - v["best"])],
        "halved": [lambda v: v["a"] * (v["theta"] - v["best"]) / 2],
        "minimum-forgotten": [lambda v: v["a"] * v["theta"]],
        "square-kept": [lambda v: v["a"] * (v["theta"] - v["best"]) ** 2 / 2],
    },
    "contraction": {
        "sign": [lambda v: v["eta"] * v["a"] - 1],
        "part-forgotten": [lambda v: v["eta"] * v["a"], lambda v: 1 - v["eta"], lambda v: 1 - v["a"]],
        "sign-of-part": [lambda v: 1 + v["eta"] * v["a"]],
        "squared": [lambda v: (1 - v["eta"] * v["a"]) ** 2],
        "twice": [lambda v: 1 - 2 * v["eta"] * v["a"]],
        "rate-divides": [lambda v: 1 - v["a"] / v["eta"], lambda v: 1 - v["eta"] / v["a"]],
    },
    "largest-rate": {
        "best-for-largest": [lambda v: 1 / v["a"]],
        "curvature-forgotten": [lambda v: np.asarray(2.0), lambda v: 2 * v["a"], lambda v: v["a"] / 2],
        "twice": [lambda v: 4 / v["a"]],
    },
    "after": {
        "power-forgotten": [lambda v: v["best"] + v["rho"] * (v["theta"] - v["best"])],
        "minimum-forgotten": [
            lambda v: v["rho"] ** v["t"] * (v["theta"] - v["best"]),
            lambda v: v["rho"] ** v["t"] * v["theta"],
        ],
        "power-off-by-one": [
            lambda v: v["best"] + v["rho"] ** (v["t"] - 1) * (v["theta"] - v["best"]),
            lambda v: v["best"] + v["rho"] ** (v["t"] + 1) * (v["theta"] - v["best"]),
        ],
        "times-for-power": [lambda v: v["best"] + v["t"] * v["rho"] * (v["theta"] - v["best"])],
        "start-forgotten": [lambda v: v["best"] + v["rho"] ** v["t"]],
    },
    "sample-step": {
        "whole-batch": [lambda v: v["theta"] - v["eta"] * v["a"] * (v["theta"] - v["c"].mean())],
        "uphill": [lambda v: v["theta"] + v["eta"] * v["a"] * (v["theta"] - v["one"])],
        "rate-forgotten": [lambda v: v["theta"] - v["a"] * (v["theta"] - v["one"])],
        "curvature-forgotten": [lambda v: v["theta"] - v["eta"] * (v["theta"] - v["one"])],
        "share-of-batch": [lambda v: v["theta"] - v["eta"] * v["a"] * (v["theta"] - v["one"]) / len(v["c"])],
        "old-value": [lambda v: v["start"] - v["eta"] * v["a"] * (v["start"] - v["one"])],
        "step-only": [
            lambda v: -v["eta"] * v["a"] * (v["theta"] - v["one"]),
            lambda v: v["eta"] * v["a"] * (v["theta"] - v["one"]),
        ],
        "no-step": [lambda v: v["theta"]],
        "wrong-sample": [
            lambda v: v["theta"] - v["eta"] * v["a"] * (v["theta"] - v["c"][0]),
            lambda v: v["theta"] - v["eta"] * v["a"] * (v["theta"] - v["c"][1]),
            lambda v: v["theta"] - v["eta"] * v["a"] * (v["theta"] - v["c"][2]),
        ],
        "minimum-forgotten": [lambda v: v["theta"] - v["eta"] * v["a"] * v["theta"]],
    },
}
