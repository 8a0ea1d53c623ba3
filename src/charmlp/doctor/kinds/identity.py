"""y = x."""

from __future__ import annotations

from charmlp.doctor.arrangement import ELEMENTWISE
from charmlp.doctor.checks.stability import is_finite_at_zero
from charmlp.doctor.kind import Form, Gradient, Kind, Wrong

KIND = Kind(
    aliases=("identity", "none"),
    arrangements=ELEMENTWISE,
    forms=(Form("x", lambda v: v["x"] + 0),),
    gradients={
        "x": Gradient(
            "g",
            (
                Wrong("g · x", lambda v, y, g: g * v["x"]),
                Wrong("g · [x > 0]", lambda v, y, g: g * (v["x"] > 0)),
            ),
        )
    },
    page="activations",
    checks=(is_finite_at_zero,),
    compared_far_out=True,
)
