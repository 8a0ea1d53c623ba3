"""y = x / o, element by element: g / o for the numerator, −g x / o² for the denominator."""

from charmlp.doctor.kind import Form, Gradient, Kind, Wrong, wrong_form
from charmlp.doctor.kinds.multiplication import pairs

KIND = Kind(
    aliases=("div", "divide", "division", "truediv", "quotient"),
    arrangements=pairs(),
    forms=(
        Form("x / o", lambda v: v["x"] / v["other"]),
        wrong_form("o / x", lambda v: v["other"] / v["x"]),
        wrong_form("x · o", lambda v: v["x"] * v["other"]),
    ),
    gradients={
        "x": Gradient(
            "g / o",
            (
                Wrong("g", lambda v, y, g: g, "path-forgotten.factor"),
                Wrong("g · o", lambda v, y, g: g * v["other"]),
                Wrong("g / o²", lambda v, y, g: g / v["other"] ** 2),
                Wrong("g · y", lambda v, y, g: g * y),
                Wrong("g / x", lambda v, y, g: g / v["x"], "wrong-variable.of-input"),
            ),
        ),
        "other": Gradient(
            "−g x / o²",
            (
                Wrong("−g x / o", lambda v, y, g: -g * v["x"] / v["other"], "path-forgotten.factor"),
                Wrong("−g / o²", lambda v, y, g: -g / v["other"] ** 2, "path-forgotten.factor"),
                Wrong("−g x", lambda v, y, g: -g * v["x"], "path-forgotten.factor"),
                Wrong("−g x o", lambda v, y, g: -g * v["x"] * v["other"]),
                Wrong("−g o / x²", lambda v, y, g: -g * v["other"] / v["x"] ** 2, "wrong-variable.of-input"),
                Wrong("−g x o²", lambda v, y, g: -g * v["x"] * v["other"] ** 2),
                Wrong("−g / o", lambda v, y, g: -g / v["other"], "path-forgotten.factor"),
            ),
        ),
    },
    page="chain",
)
