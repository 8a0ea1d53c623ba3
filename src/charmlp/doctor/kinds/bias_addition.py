"""y = x + b, the same b for each row."""

from charmlp.doctor.arrangement import BIAS, Role, arrange
from charmlp.doctor.kind import Form, Gradient, Kind, Wrong

ROWS = Role("x", "NK", ("x", "input", "inputs", "inp", "a"))

KIND = Kind(
    aliases=("bias", "addbias", "biasadd", "biasaddition", "addlayer"),
    arrangements=(arrange(ROWS, BIAS), arrange(ROWS, (BIAS, "row")), arrange(BIAS, ROWS)),
    forms=(Form("x + b", lambda v: v["x"] + v["bias"]),),
    gradients={
        "x": Gradient("g"),
        "bias": Gradient(
            "Σₙ gₙ",
            (
                Wrong("Σₖ gₖ", lambda v, y, g: g.sum(1), "batch-not-summed.axis"),
                Wrong("the first row of g", lambda v, y, g: g[0], "batch-not-summed.one-row"),
                Wrong("the last row of g", lambda v, y, g: g[-1], "batch-not-summed.one-row"),
            ),
        ),
    },
    page="linear",
    factors="NK",
    try_all=True,
)
