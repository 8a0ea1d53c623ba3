"""The compiled loops that the analytic step calls between its matrix products, each one pass over memory.

They are made of the parts of the compiled step (`loops.py`). Importing this file imports Numba.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from charmlp.calculus.activations import Activation
from charmlp.calculus.compiled import value
from charmlp.calculus.elements import Array
from charmlp.system.compiling import compiled
from charmlp.system.floatmode import FLUSHED, exchange_float_mode
from charmlp.training.steps import loops, optimizers_compiled
from charmlp.training.steps.optimizers import update


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


# A loop that reads one argument and writes another does without vectors where both are the same array. Where
# they may be, each row is made apart.


@compiled
def drop(x: Array, drawn: Array, first: int, width: int, dropped: int, out: Array) -> None:
    """Drop some of `width` inputs, whose bytes begin in column `first` of `drawn`; `out` may be x.

    Rows may be longer.
    """
    kept, least, column = x.dtype.type(256 / (256 - dropped)), np.uint8(dropped), np.uintp(first)
    row = np.empty(width, x.dtype)
    for n in range(len(x)):
        for i in range(np.uintp(width)):
            row[i] = x[n, i] * kept if drawn[n, column + i] >= least else 0
        for i in range(width):
            out[n, i] = row[i]


@compiled
def add_bias_and_activate(activation: Activation, z: Array, bias: Array, y: Array) -> None:
    """z ← z + b and y = f(z); y may be z. Rows may be longer than b."""
    real, row = z.dtype.type, np.empty(len(bias), z.dtype)
    for n in range(len(z)):
        for i in range(len(bias)):
            z[n, i] += bias[i]
        for i in range(len(bias)):
            row[i] = value(activation, z[n, i], real)
        for i in range(len(bias)):
            y[n, i] = row[i]


@compiled
def activate_backward(activation: Activation, gradient: Array, saved: Array) -> None:
    loops.activate_backward(activation, gradient, saved)


@compiled
def clip(gradients: Array, largest_norm: float) -> None:
    optimizers_compiled.clip(gradients, largest_norm)


@compiled
def move(
    optimizer: Any, theta: Array, gradients: Array, average: Array, first: int, stop: int,
    lr: float, scale: float, keep: float, decay: float,
) -> None:  # fmt: skip
    """Move parameters by their gradients; the average follows, unless it is empty: there is none."""
    if len(average) == 0:
        optimizers_compiled.move_some(optimizer, theta, gradients, first, stop, lr, scale, keep)
    else:
        for i in range(np.uintp(first), np.uintp(stop)):
            update(optimizer, theta, i, gradients[i], lr, scale, keep)
            optimizers_compiled.compiled_follow(average, theta, i, decay)
