"""Gradient descent and SGD on a parabola: the minimum, the factor of each step, the largest rate."""

from __future__ import annotations

import numpy as np

from charmlp.course.exercises.calculation import Calculation
from charmlp.course.exercises.choosing import clearest, repeated
from charmlp.course.exercises.draw import Draw
from charmlp.course.exercises.kind import Kind, Options
from charmlp.course.exercises.network import by
from charmlp.course.exercises.numbers import Array, number
from charmlp.course.exercises.operations import MOVED, formula, own, ranked
from charmlp.course.exercises.step import Given, Operation, Step, Terms

SAMPLES = 3
CENTRES = (-3, -2, -1, 0, 1, 2, 3, 4, 5)
STARTS = (-4, -3, 3, 4, 6)
CURVATURES = (1, 2, 4)
PRODUCTS = (0.25, 0.5, 0.75, 1.5)  # η a: each step multiplies the error by 1 − η a
LATER = (3, 4)


def fractions(centres: Array) -> Array:
    """The terms of their mean."""
    return np.array([rf"\frac{{{number(c)}}}{{{len(centres)}}}" for c in centres], dtype=object)


MINIMUM = Operation(
    lambda v: v["c"].mean(),
    r"\frac{{1}}{{N}} \sum_{{n}} {c}_{{n}}",
    ranked(own("minimum")),
    lambda v: Terms(v["c"] / len(v["c"]), fractions(v["c"])),
    about="minimum",
)
SLOPE = formula(
    r"{a} \cdot ({theta} - {best})", lambda v: v["a"] * (v["theta"] - v["best"]), own("parabola"), "parabola"
)
CONTRACTION = formula(
    r"1 - {eta} \cdot {a}", lambda v: 1 - v["eta"] * v["a"], own("contraction"), "contraction"
)
LARGEST = formula(r"\frac{{2}}{{{a}}}", lambda v: 2 / v["a"], own("largest-rate"), "largest-rate")
AFTER = formula(
    r"{best} + {rho}^{{{t}}} \cdot ({theta} - {best})",
    lambda v: v["best"] + v["rho"] ** v["t"] * (v["theta"] - v["best"]),
    own("after"),
    "after",
)
SAMPLE_STEP = formula(
    r"{theta} - {eta} \cdot {a} \cdot ({theta} - {one})",
    lambda v: v["theta"] - v["eta"] * v["a"] * (v["theta"] - v["one"]),
    own("sample-step"),
    "sample-step",
)


def make(options: Options) -> Calculation:
    draw = Draw(options.seed)

    def given() -> dict[str, Given]:
        curvature = draw.one(CURVATURES)
        return {
            "c": Given("c", draw.array(CENTRES, SAMPLES)),
            "a": Given("a", np.asarray(float(curvature))),
            "eta": Given(r"{\eta}", np.asarray(draw.one(PRODUCTS) / curvature)),
            "theta0": Given(r"\theta_{0}", np.asarray(float(draw.one(STARTS)))),
            "t": Given("t", np.asarray(float(draw.one(LATER)))),
        }

    return clearest(repeated(given), is_fit, lambda drawn: calculation(drawn, options.seed))


def is_fit(given: dict[str, Given]) -> bool:
    """Different samples, their mean a half of a whole number, and not where it begins."""
    centres = given["c"].value
    best = centres.mean()
    different = len(set(centres.tolist())) == SAMPLES
    return bool(different and 2 * best == round(2 * best) and best != given["theta0"].value)


def calculation(given: dict[str, Given], seed: int) -> Calculation:
    usual = {"a": "a", "eta": "eta", "c": "c"}
    start = usual | {"theta": "theta0", "start": "theta0", "best": "theta_min"}
    steps = [
        Step("theta_min", r"\theta^{\ast}", MINIMUM, {"c": "c", "theta": "theta0"}),
        Step("g", by(r"\theta"), SLOPE, start, "θ"),
        Step("theta_gd", r"\theta_{1}", MOVED, start | {"step": "g"}),
        Step("rho", r"{\rho}", CONTRACTION, usual),
        Step("eta_max", r"\eta_{\max}", LARGEST, usual),
        Step("theta_t", r"\theta_{t}", AFTER, start | {"rho": "rho", "t": "t"}),
    ]
    for n in range(1, SAMPLES + 1):
        before = f"theta_sgd{n - 1}" if n > 1 else "theta0"
        roles = usual | {"theta": before, "start": "theta0", "one": f"c{n}"}
        steps.append(Step(f"theta_sgd{n}", rf"\tilde{{\theta}}_{{{n}}}", SAMPLE_STEP, roles))
    samples = {f"c{n}": Given(f"c_{{{n}}}", centre) for n, centre in enumerate(given["c"].value, 1)}
    story = [("convergence", {"n": SAMPLES})]
    return Calculation("convergence", seed, given, steps, story, (PARABOLA,), unstated=samples)


PARABOLA = r"L = \frac{1}{N} \sum_{n} \frac{a}{2} ({\theta} - c_{n})^{2}"

KIND = Kind(make)
