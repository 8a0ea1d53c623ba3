"""Arrays that begin at a cache line: vector instructions of 64 bytes then never touch two lines at once.

Where an array begins, NumPy leaves to the system: 16 bytes behind a line, as a rule. The compiled loops take
up to a third longer there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

LINE = 64  # bytes


def aligned_empty(shape: int | Sequence[int], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """As `np.empty`, its first element at a multiple of 64 bytes."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    size = math.prod(shape) * np.dtype(dtype).itemsize
    raw = np.empty(size + LINE, np.uint8)
    start = -raw.ctypes.data % LINE
    return raw[start : start + size].view(dtype).reshape(shape)


def aligned_zeros(shape: int | Sequence[int], dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """As `np.zeros`, its first element at a multiple of 64 bytes."""
    array = aligned_empty(shape, dtype)
    array.fill(0)
    return array
