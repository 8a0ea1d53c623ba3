"""y = x · o, element by element: each factor gets g times the other one."""

from charmlp.doctor.arrangement import Arrangement, Role, X, arrange
from charmlp.doctor.kind import Form, Gradient, Kind, Wrong, wrong_form

OTHER = Role("other", "ND", ("other", "o", "b", "y", "mask"))
NUMBERS = (Role("x", "", X.called), Role("other", "", OTHER.called))


def pairs() -> tuple[Arrangement, ...]:
    """Two arrays of one shape, or two numbers."""
    flat = arrange((X, "flat"), (OTHER, "flat"), output="flat", D=1)
    return arrange(X, OTHER), flat, arrange(*NUMBERS)


def wrong(own: str, other: str, own_written: str, other_written: str) -> tuple[Wrong, ...]:
    """What goes wrong in the gradient of one factor."""
    return (
        Wrong(f"g · {own_written}", lambda v, y, g: g * v[own], "wrong-variable.of-input"),
        Wrong("g", lambda v, y, g: g, "path-forgotten.factor"),
        Wrong(f"g / {other_written}", lambda v, y, g: g / v[other]),
        Wrong("g · y", lambda v, y, g: g * y, "wrong-variable.edit"),
        Wrong("g · (x + o)", lambda v, y, g: g * (v["x"] + v["other"])),
    )


KIND = Kind(
    aliases=(
        "mul",
        "multiply",
        "multiplication",
        "product",
        "times",
        "elementwiseproduct",
        "hadamard",
        "rmul",
    ),
    arrangements=pairs(),
    forms=(
        Form("x · o", lambda v: v["x"] * v["other"]),
        wrong_form("x + o", lambda v: v["x"] + v["other"]),
        wrong_form("x / o", lambda v: v["x"] / v["other"]),
    ),
    gradients={
        "x": Gradient("g · o", wrong("x", "other", "x", "o")),
        "other": Gradient("g · x", wrong("other", "x", "o", "x")),
    },
    page="chain",
)
