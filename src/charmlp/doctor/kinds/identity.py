"""y = x."""

from charmlp.doctor.checks.stability import is_finite_at_zero
from charmlp.doctor.kind import Form, Wrong, activation

KIND = activation(
    aliases=("identity", "none"),
    forms=(Form("x", lambda v: v["x"] + 0),),
    gradient="g",
    wrong=(
        Wrong("g · x", lambda v, y, g: g * v["x"]),
        Wrong("g · [x > 0]", lambda v, y, g: g * (v["x"] > 0)),
    ),
    straight=True,
    checks=(is_finite_at_zero,),
    compared_far_out=True,
)
