"""Numbers too small for the processor's liking."""

from __future__ import annotations

import dataclasses
import platform

import numpy as np
import pytest

from charmlp.config import SLIDES
from charmlp.system import compiling
from charmlp.system.floatmode import FLUSHED, USUAL, exchange_float_mode
from charmlp.training.steps.choice import make_step
from charmlp.training.steps.parameters import Parameters

SUBNORMAL = np.float32(1e-40)

pytestmark = pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"), reason="this system: no x86 processor"
)


def test_numbers_too_small_are_flushed_and_the_mode_comes_back() -> None:
    def half(x: np.float32, mode: np.int32) -> tuple[np.float32, np.int32]:
        before = exchange_float_mode(mode)
        product = x * np.float32(0.5)
        return product, exchange_float_mode(before)

    part = compiling.part_of_compiled(half)
    assert part(SUBNORMAL, FLUSHED)[0] == 0
    assert part(SUBNORMAL, USUAL)[0] > 0
    assert np.array([SUBNORMAL, SUBNORMAL])[0] * np.float32(0.5) > 0


@pytest.mark.full
def test_training_flushes_and_leaves_the_mode_as_it_was() -> None:
    """A gradient that is certain: its product with the learning rate is subnormal, and does not arrive."""
    config = dataclasses.replace(SLIDES, hidden_size=(), momentum=0.0)
    parameters = Parameters((1, 2))
    step = make_step("compiled", config, parameters, None)
    step.advance(np.ones((8, 1), np.float32), np.zeros(8, int), np.full(1, 1e-39), np.random.default_rng(0))
    assert not parameters.flat.any()
    assert np.array([SUBNORMAL])[0] * np.float32(0.5) > 0
