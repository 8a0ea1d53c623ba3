"""y = x where x > 0, slope · x elsewhere; the slope is 0.01 or whatever forward shows, but for 0."""

from collections.abc import Iterator
from typing import Any

from numpy import where

from charmlp.doctor.checks.masks import constant, recovered_mask
from charmlp.doctor.checks.stability import is_finite_at_zero
from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Variables, Wrong, activation
from charmlp.doctor.parameters import is_chosen


def leaky(v: Variables) -> Array:
    return where(v["x"] > 0, v["x"], v["slope"] * v["x"])


def form(slope: float, *, chosen: bool = False) -> Form:
    """With a slope between 0 and 1 or above, or another one that is `chosen`."""
    text = "max(0, x) + {slope:.6g} min(0, x)"
    derivative = f"([x > 0] + {slope:.6g} [x ≤ 0])"
    parameters = {"slope": slope, "derivative": derivative}
    return Form(text, leaky, right=chosen or 0 < slope != 1, parameters=parameters)


def with_own_slope(trial: Any) -> Iterator[Form]:
    """The slope as forward shows it; any is right that an option asks for."""
    x, y = trial.variables["x"], trial.canonical_output
    slope = constant((y / x)[x < 0]) if x.shape == y.shape else None
    if slope is not None:
        plain = float(f"{slope:.6g}")  # 0.01, not what is left of it in float32
        slope = plain if abs(slope - plain) < 1e-7 * abs(plain) else slope
        yield form(slope, chosen=slope != 0 and is_chosen(trial, slope))


KIND = activation(
    aliases=("leakyrelu", "lrelu", "leaky", "leakyrectifier", "leakyrectifiedlinearunit"),
    forms=(form(0.01),),
    more_forms=with_own_slope,
    gradient="g · {derivative}",
    wrong=(
        Wrong("g · y", lambda v, y, g: g * y),
        Wrong("g · x", lambda v, y, g: g * v["x"]),
        Wrong(
            "g where x > 0, {slope:.6g} g x elsewhere",
            lambda v, y, g: where(v["x"] > 0, g, v["slope"] * g * v["x"]),
            "relu-mask.slopes-times-x",
        ),
        Wrong(
            "g where g > 0, {slope:.6g} g elsewhere",
            lambda v, y, g: where(g > 0, g, v["slope"] * g),
            "wrong-mask.cotangent",
        ),
    ),
    straight=True,
    checks=(is_finite_at_zero,),
    unexplained=recovered_mask,
    compared_far_out=True,
)
