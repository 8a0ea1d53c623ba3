"""Softmax and cross-entropy of a batch; logits are logarithms of whole numbers, so that q is a fraction."""

from __future__ import annotations

import numpy as np

from charmlp.course.exercises import network
from charmlp.course.exercises import operations as op
from charmlp.course.exercises.calculation import Calculation
from charmlp.course.exercises.choosing import clearest, repeated
from charmlp.course.exercises.draw import Draw
from charmlp.course.exercises.kind import Kind, Options
from charmlp.course.exercises.numbers import Array
from charmlp.course.exercises.step import Given, Step

CLASSES, BATCH = 3, 2
POWERS = (1, 2, 3, 4, 5, 6)


def make(options: Options) -> Calculation:
    batch = options.batch or BATCH
    draw = Draw(options.seed)

    def drawn() -> tuple[Array, Array]:
        powers = draw.array(POWERS, batch, CLASSES)
        return powers, network.one_hot([draw.below(CLASSES) for _ in range(batch)], CLASSES)

    return clearest(repeated(drawn), is_fit, lambda numbers: calculation(*numbers, options.seed))


def is_fit(drawn: tuple[Array, Array]) -> bool:
    """Three different powers in each row."""
    return all(len(set(row)) == CLASSES for row in drawn[0].tolist())


def calculation(powers: Array, target: Array, seed: int) -> Calculation:
    given = {
        "z": Given("z", np.log(powers), logarithms(powers)),
        "y*": Given(network.TARGET, target),
    }
    roles = {"logits": "z", "q": "q", "label": "y*"}
    steps = [
        Step("q", "q", op.SOFTMAX, {"logits": "z"}),
        Step("L", "L", op.CROSS_ENTROPY, roles),
        Step("dz", network.by("z"), op.LOGITS_GRADIENT, roles | {"y": "L", "g": "one"}, "z"),
    ]
    story = [("softmax", {"n": len(target)})]
    found = Calculation("softmax", seed, given, steps, story, unstated=network.UNSTATED)
    return found.defined_by(steps[:2])


def logarithms(powers: Array) -> str:
    rows = r" \cr ".join(" & ".join("0" if n == 1 else rf"\ln {n:g}" for n in row) for row in powers.tolist())
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


KIND = Kind(make, takes=("batch",))
