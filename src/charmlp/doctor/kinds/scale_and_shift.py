"""y = γ x + β, γ and β one number a column."""

from charmlp.doctor.arrangement import Role, X, arrange
from charmlp.doctor.kind import Form, Gradient, Kind, Wrong

GAIN = Role("gain", "D", ("gain", "gamma", "weight", "w", "scale"))
SHIFT = Role("shift", "D", ("shift", "beta", "bias", "b"))

KIND = Kind(
    aliases=("scaleandshift", "scaleshift", "scale", "affinetransform"),
    arrangements=(arrange(X, GAIN, SHIFT), arrange(X, (GAIN, "row"), (SHIFT, "row")), arrange(X, GAIN)),
    forms=(Form("γ x + β", lambda v: v["gain"] * v["x"] + v.get("shift", 0.0)),),
    gradients={
        "x": Gradient(
            "g γ",
            (
                Wrong("g", lambda v, y, g: g, "scale-forgotten"),
                Wrong("g x", lambda v, y, g: g * v["x"], "wrong-variable.edit"),
            ),
        ),
        "gain": Gradient(
            "Σₙ g x",
            (
                Wrong("Σₙ g", lambda v, y, g: g.sum(0), "path-forgotten.factor"),
                Wrong("Σₙ g y", lambda v, y, g: (g * y).sum(0), "wrong-variable.edit"),
                Wrong("Σₙ g γ x", lambda v, y, g: (g * v["gain"] * v["x"]).sum(0)),
            ),
        ),
        "shift": Gradient("Σₙ g", (Wrong("Σₙ g γ", lambda v, y, g: (g * v["gain"]).sum(0)),)),
    },
    page="layers",
    factors="ND",
    by_name=True,
    try_all=True,
)
