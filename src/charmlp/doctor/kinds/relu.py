"""y = max(0, x), whose slope is the mask [x > 0]."""

from numpy import sign

from charmlp.doctor.checks.masks import recovered_mask
from charmlp.doctor.checks.stability import choice_at_kink, is_finite_at_zero
from charmlp.doctor.functions import relu
from charmlp.doctor.kind import Form, Wrong, activation, wrong_form

KIND = activation(
    aliases=("relu", "rectifier", "rectify", "rectifiedlinear", "rectifiedlinearunit", "ramp"),
    forms=(
        Form("max(0, x)", lambda v: relu(v["x"])),
        wrong_form("|x|", lambda v: abs(v["x"])),
        wrong_form("min(0, x)", lambda v: -relu(-v["x"])),
        wrong_form("x", lambda v: v["x"]),
        wrong_form("max(0, −x)", lambda v: relu(-v["x"])),
    ),
    gradient="g · [x > 0]",
    wrong=(
        Wrong("g", lambda v, y, g: g, "relu-mask.missing"),
        Wrong("g · [x < 0]", lambda v, y, g: g * (v["x"] < 0), "relu-mask.inverted"),
        Wrong("g · [g > 0]", lambda v, y, g: g * (g > 0), "wrong-mask.cotangent"),
        Wrong("g · [g < 0]", lambda v, y, g: g * (g < 0), "wrong-mask.cotangent"),
        Wrong("g · max(0, x)", lambda v, y, g: g * y),
        Wrong("g · x", lambda v, y, g: g * v["x"]),
        Wrong("g · sign(x)", lambda v, y, g: g * sign(v["x"]), "relu-mask.formula"),
    ),
    straight=True,
    checks=(is_finite_at_zero, choice_at_kink),
    unexplained=recovered_mask,
    seen_through_noise=True,
    compared_far_out=True,
)
