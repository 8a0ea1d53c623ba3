"""An activation of a few numbers, and the gradient with respect to them."""

from __future__ import annotations

from charmlp.course.exercises import operations as op
from charmlp.course.exercises.calculation import Calculation
from charmlp.course.exercises.choosing import clearest, repeated
from charmlp.course.exercises.draw import Draw
from charmlp.course.exercises.kind import Kind, Options
from charmlp.course.exercises.network import by
from charmlp.course.exercises.step import Given, Step

ACTIVATIONS = ("relu", "sigmoid", "tanh", "leaky_relu")
NUMBERS = (-3, -2, -1, -0.5, 0.5, 1, 2, 3)
UPSTREAM = (-2, -1, -0.5, 0.5, 1, 2, 3)
SHAPE = (2, 3)


def make(options: Options) -> Calculation:
    draw = Draw(options.seed)
    name = draw.one(ACTIVATIONS)
    act = options.act or name

    def given() -> dict[str, Given]:
        return {
            "x": Given("x", draw.array(NUMBERS, *SHAPE)),
            "g": Given("g", draw.array(UPSTREAM, *SHAPE), means=by("y")),
        }

    return clearest(repeated(given), has_both_signs, lambda drawn: calculation(drawn, act, options.seed))


def has_both_signs(given: dict[str, Given]) -> bool:
    """Each sign of x meets each sign of g, and hardly any number is there twice."""
    x, g = (given[name].value > 0 for name in "xg")
    different = len(set(given["x"].value.flat)) >= x.size - 1
    return different and all((one & other).any() for one in (x, ~x) for other in (g, ~g))


def calculation(given: dict[str, Given], act: str, seed: int) -> Calculation:
    forward = Step("y", "y", op.activation(act), {"x": "x"})
    roles = {"x": "x", "y": "y", "g": "g"}
    steps = [forward, Step("dx", by("x"), op.activation_gradient(act), roles, "x")]
    story = [("activation", {"act": f"@named.{act}"})]
    return Calculation("activation", seed, given, steps, story).defined_by([forward])


KIND = Kind(make, takes=("act",))
