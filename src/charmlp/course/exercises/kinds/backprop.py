"""A whole small network: forward, the loss, every gradient on the way back, and perhaps one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from charmlp import calculus
from charmlp.course.exercises import network
from charmlp.course.exercises.calculation import Calculation
from charmlp.course.exercises.choosing import clearest, repeated
from charmlp.course.exercises.draw import Draw
from charmlp.course.exercises.kind import Kind, Options
from charmlp.course.exercises.numbers import Array
from charmlp.course.exercises.step import Given
from charmlp.errors import UsageError

LAYERS, BATCH, ACT = (2, 2, 3), 2, "relu"  # batch and classes differ: N too many is not K too many
INPUTS = (-2, -1, 1, 2, 3)
WEIGHTS = (-2, -1, -0.5, 0.5, 1, 2)
BIASES = (-1, -0.5, 0, 0.5, 1)
MOST_HIDDEN, MOST_SPREAD = 5, 4  # of a logit over another: no probability is below about 1/60


class Numbers(NamedTuple):
    x: Array
    weights: Sequence[Array]
    biases: Sequence[Array]
    target: Array


# x = (1, 2), class 2: the example of the derivations. Its loss is 2.1269, after a step of η = 0.1 1.1552.
WORKED = Numbers(
    np.array([[1.0, 2.0]]),
    (np.array([[1.0, 0.5], [1.0, -1.0]]), np.array([[1.0, 1.0], [0.0, -1.0]])),
    (np.zeros(2), np.zeros(2)),
    network.one_hot([1], 2),
)
WORKED_RATE = 0.1


def make(options: Options) -> Calculation:
    act = options.act or ACT
    if options.worked:
        others = [name for name in ("layers", "batch", "act", "lr") if getattr(options, name) is not None]
        if others:
            raise UsageError(f"--worked is one certain example; --{others[0]} does not go with it")
        return calculation(WORKED, act, WORKED_RATE, options.seed)
    sizes, batch = options.layers or LAYERS, options.batch or BATCH
    if len(sizes) < 3 or sizes[-1] < 2:
        expected = (
            "inputs, at least one hidden size, and at least 2 outputs, one for each class, such as 2,3,2"
        )
        raise UsageError(f"--layers: expected {expected}, not {','.join(map(str, sizes))}")
    draw = Draw(options.seed)
    return clearest(
        repeated(lambda: numbers(draw, sizes, batch)),
        lambda drawn: is_friendly(drawn, act),
        lambda drawn: calculation(drawn, act, options.lr, options.seed),
    )


def numbers(draw: Draw, sizes: Sequence[int], batch: int) -> Numbers:
    pairs = list(zip(sizes[1:], sizes[:-1], strict=True))
    classes = [draw.below(sizes[-1]) for _ in range(batch)]
    return Numbers(
        draw.array(INPUTS, batch, sizes[0]),
        [draw.array(WEIGHTS, *pair) for pair in pairs],
        [draw.array(BIASES, outputs) for outputs, _ in pairs],
        network.one_hot(classes, sizes[-1]),
    )


def is_friendly(drawn: Numbers, act: str) -> bool:
    """No unit at the kink, masks that tell mistakes apart, small logits."""
    layers = calculus.mlp_layers(drawn.x, drawn.weights, drawn.biases, act)
    *below, logits = [layer.z for layer in layers]
    alive = [z > 0 for z in below]
    return (
        all((z != 0).all() and abs(z).max() <= MOST_HIDDEN for z in below)
        and all(map(is_telling, alive))
        and all(0 < spread <= MOST_SPREAD for spread in np.ptp(logits, axis=1))
    )


def is_telling(alive: Array) -> bool:
    """No example dead, of several units some; another example's mask is neither the same nor the opposite."""
    examples, units = alive.shape
    if not alive.any(1).all() or (units > 1 and alive.all()):
        return False
    kept = alive == np.roll(alive, 1, 0)
    return examples == 1 or units == 1 or bool(kept.any() and not kept.all())


def calculation(drawn: Numbers, act: str, rate: float | None, seed: int) -> Calculation:
    layers = len(drawn.weights)
    given = network.given_network(*drawn)
    forward = list(network.forward(layers, act))
    steps = [*forward, *network.backward(layers, act)]
    story = [("backprop", {"layers": layers, "act": f"@named.{act}", "n": len(drawn.x)})]
    if rate is not None:
        given["eta"] = Given(r"{\eta}", np.asarray(rate))
        steps += network.descent(layers, act)
        story.append(("backprop-step", {}))
    found = Calculation("backprop", seed, given, steps, story, unstated=network.UNSTATED)
    return found.defined_by(forward)


KIND = Kind(make, takes=("layers", "batch", "act", "lr", "worked"))
