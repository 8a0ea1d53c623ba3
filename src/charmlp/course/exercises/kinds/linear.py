"""The linear layer z = x Wᵀ + b of a batch, and its three gradients from the upstream one."""

from __future__ import annotations

from charmlp.course.exercises import operations as op
from charmlp.course.exercises.calculation import Calculation
from charmlp.course.exercises.choosing import clearest, repeated
from charmlp.course.exercises.draw import Draw
from charmlp.course.exercises.kind import Kind, Options
from charmlp.course.exercises.network import by
from charmlp.course.exercises.step import Given, Step
from charmlp.errors import UsageError

LAYERS, BATCH = (3, 2), 2
NUMBERS = (-3, -2, -1, 1, 2, 3)
HALVES = (-2, -1, -0.5, 0.5, 1, 2)


def make(options: Options) -> Calculation:
    sizes, batch = options.layers or LAYERS, options.batch or BATCH
    if len(sizes) != 2:
        expected = "the inputs and the outputs of one layer, such as 3,2"
        raise UsageError(f"--layers: expected {expected}, not {len(sizes)} sizes")
    inputs, outputs = sizes
    draw = Draw(options.seed)

    def given() -> dict[str, Given]:
        return {
            "x": Given("x", draw.array(NUMBERS, batch, inputs)),
            "W": Given("W", draw.array(HALVES, outputs, inputs)),
            "b": Given("b", draw.array(HALVES, outputs)),
            "g": Given("g", draw.array(HALVES, batch, outputs), means=by("z")),
        }

    return clearest(repeated(given), lambda drawn: True, lambda drawn: calculation(drawn, options.seed))


def calculation(given: dict[str, Given], seed: int) -> Calculation:
    roles = {"x": "x", "weight": "W", "bias": "b", "y": "z", "g": "g"}
    forward = Step("z", "z", op.LINEAR, {role: roles[role] for role in ("x", "weight", "bias")})
    steps = [
        forward,
        Step("dx", by("x"), op.INPUT_GRADIENT, roles, "x"),
        Step("dW", by("W"), op.WEIGHT_GRADIENT, roles, "W"),
        Step("db", by("b"), op.BIAS_GRADIENT, roles, "b"),
    ]
    story = [("linear", {"n": len(given["x"].value)})]
    return Calculation("linear", seed, given, steps, story).defined_by([forward])


KIND = Kind(make, takes=("layers", "batch"))
