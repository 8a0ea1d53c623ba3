"""y = max(0, x), whose slope is the mask [x > 0]."""

from __future__ import annotations

from torch import sign

from charmlp.doctor.arrangement import ELEMENTWISE
from charmlp.doctor.checks.masks import recovered_mask
from charmlp.doctor.checks.stability import choice_at_kink, is_finite_at_zero
from charmlp.doctor.kind import Form, Gradient, Kind, Wrong, wrong_form

KIND = Kind(
    aliases=("relu", "rectifier", "rectify", "rectifiedlinear", "rectifiedlinearunit", "ramp"),
    arrangements=ELEMENTWISE,
    forms=(
        Form("max(0, x)", lambda v: v["x"].relu()),
        wrong_form("|x|", lambda v: abs(v["x"])),
        wrong_form("min(0, x)", lambda v: v["x"].clamp(max=0)),
        wrong_form("x", lambda v: v["x"]),
        wrong_form("max(0, −x)", lambda v: (-v["x"]).relu()),
    ),
    gradients={
        "x": Gradient(
            "g · [x > 0]",
            (
                Wrong("g", lambda v, y, g: g, "relu-mask.missing"),
                Wrong("g · [x < 0]", lambda v, y, g: g * (v["x"] < 0), "relu-mask.inverted"),
                Wrong("g · [g > 0]", lambda v, y, g: g * (g > 0), "wrong-mask.cotangent"),
                Wrong("g · [g < 0]", lambda v, y, g: g * (g < 0), "wrong-mask.cotangent"),
                Wrong("g · max(0, x)", lambda v, y, g: g * y),
                Wrong("g · x", lambda v, y, g: g * v["x"]),
                Wrong("g · sign(x)", lambda v, y, g: g * sign(v["x"])),
            ),
        )
    },
    page="activations",
    checks=(is_finite_at_zero, choice_at_kink),
    unexplained=recovered_mask,
    seen_through_noise=True,
    compared_far_out=True,
)
