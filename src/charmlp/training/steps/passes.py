"""The compiled loops that the analytic step calls between its matrix products, each one pass over memory.

They are made of the parts of the compiled step (`loops.py`). Importing this file imports Numba.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from charmlp.calculus.activations import Activation
from charmlp.calculus.elements import Array
from charmlp.system.compiling import compiled
from charmlp.system.floatmode import FLUSHED, exchange_float_mode
from charmlp.training.steps.loops import activate, activate_backward
from charmlp.training.steps.optimizers_compiled import clip, follow_all, move_all


@compiled
def set_float_mode(mode: int) -> int:
    return exchange_float_mode(np.int32(mode))


@contextmanager
def subnormals_flushed() -> Iterator[None]:
    """Numbers below 10⁻³⁸ are 0 in this thread: in loops, in NumPy and in matrix products."""
    mode = set_float_mode(FLUSHED)
    try:
        yield
    finally:
        set_float_mode(mode)


@compiled
def add_bias_and_activate(activation: Activation, z: Array, bias: Array, y: Array) -> None:
    """z ← z + b and y = f(z), row by row, as each is in the nearest cache; y may be z.

    Rows may be longer than b.
    """
    for n in range(len(z)):
        row = z[n : n + 1]
        for i in range(len(bias)):
            row[0, i] += bias[i]
        activate(activation, row, y[n : n + 1])


@compiled
def activate_backward_and_sum(
    activation: Activation, gradient: Array, saved: Array, bias_gradient: Array
) -> None:
    """∂L/∂z from ∂L/∂y, in place, and ∂L/∂b = Σₙ of it; `saved` is z or y (`Activation.saved`)."""
    bias_gradient[:] = 0
    for n in range(len(saved)):
        row = gradient[n : n + 1]
        activate_backward(activation, row, saved[n : n + 1])
        for i in range(len(bias_gradient)):
            bias_gradient[i] += row[0, i]


@compiled
def clip_and_move(
    optimizer: Any, theta: Array, gradients: Array, clip_norm: float, lr: float, scale: float, keep: float
) -> None:
    """Clip the gradients and move all parameters, in place, in one pass over memory (two with clipping)."""
    if clip_norm > 0:
        clip(gradients, clip_norm)
    move_all(optimizer, theta, gradients, lr, scale, keep)


@compiled
def follow(average: Array, theta: Array, decay: float) -> None:
    follow_all(average, theta, decay)
