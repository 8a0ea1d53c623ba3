"""The sum of all elements, of each row or of each column: every element of it gets g as it is."""

from charmlp.doctor.arrangement import arrange
from charmlp.doctor.kind import Form, Gradient, Kind, Wrong, wrong_form
from charmlp.doctor.kinds.averaging import INPUT, rows, spread

KIND = Kind(
    aliases=("sum", "summation", "sumreduce", "reducesum"),
    arrangements=(arrange(INPUT), arrange((INPUT, "flat"), C=1)),
    forms=(
        Form({"en": "the sum of all elements", "zh": "所有元素的和"}, lambda v: v["x"].sum()),
        Form({"en": "the sum of each column", "zh": "每列的和"}, lambda v: v["x"].sum(0)),
        Form({"en": "the sum of each row", "zh": "每行的和"}, lambda v: rows(v).sum(1)),
        wrong_form({"en": "the mean of all elements", "zh": "所有元素的平均值"}, lambda v: v["x"].mean()),
    ),
    gradients={
        "x": Gradient(
            "g",
            (
                Wrong("g · x", lambda v, y, g: spread(v, g) * v["x"]),
                Wrong("g · y", lambda v, y, g: spread(v, g) * spread(v, y)),
            ),
        )
    },
    page="chain",
    factors="NCM",
)
