"""The compiled loops that the analytic step calls between its matrix products, each one pass over memory.

They are made of the parts of the compiled step (`loops.py`). Importing this file imports Numba.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.system.compiling import compiled
from charmlp.system.floatmode import FLUSHED, exchange_float_mode
from charmlp.training.loops import activate, activate_backward, clip, follow
from charmlp.training.optimizers import update

Array = NDArray[Any]


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
def add_bias_and_activate(kind: int, y: Array, bias: Array) -> None:
    """y ← f(y + b), row by row, as each is in the nearest cache; rows may be longer than b."""
    for n in range(len(y)):
        row = y[n : n + 1]
        for i in range(len(bias)):
            row[0, i] += bias[i]
        activate(kind, row)


@compiled
def activate_backward_and_sum(kind: int, gradient: Array, y: Array, bias_gradient: Array) -> None:
    """∂L/∂y ← ∂L/∂y · f′ by the output y, and ∂L/∂b = Σₙ of it."""
    bias_gradient[:] = 0
    for n in range(len(y)):
        row = gradient[n : n + 1]
        activate_backward(kind, row, y[n : n + 1])
        for i in range(len(bias_gradient)):
            bias_gradient[i] += row[0, i]


@compiled
def update_all(
    optimizer: Any, theta: Array, gradients: Array, clip_norm: float, lr: float, scale: float, keep: float
) -> None:
    """Clip the gradients and move all parameters, in place, in one pass over memory (two with clipping)."""
    if clip_norm > 0:
        clip(gradients, clip_norm)
    for i in range(np.uintp(len(theta))):
        update(optimizer, theta, i, gradients[i], lr, scale, keep)


@compiled
def follow_all(average: Array, theta: Array, decay: float) -> None:
    follow(average, theta, decay)
