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
from charmlp.training.steps import loops, optimizers_compiled


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
        loops.activate(activation, row, y[n : n + 1])


@compiled
def activate_backward(activation: Activation, gradient: Array, saved: Array) -> None:
    loops.activate_backward(activation, gradient, saved)


@compiled
def clip(gradients: Array, largest_norm: float) -> None:
    optimizers_compiled.clip(gradients, largest_norm)


@compiled
def move(
    optimizer: Any, theta: Array, gradients: Array, first: int, stop: int,
    lr: float, scale: float, keep: float,
) -> None:  # fmt: skip
    optimizers_compiled.move_some(optimizer, theta, gradients, first, stop, lr, scale, keep)


@compiled
def follow(average: Array, theta: Array, decay: float) -> None:
    optimizers_compiled.follow_all(average, theta, decay)
