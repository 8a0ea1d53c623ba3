"""How much memory there is, and where arrays lie in it, for the processor's cache.

An array that begins at a cache line is read by vector instructions of 64 bytes without ever touching two
lines at once. NumPy leaves it to the system where one begins: 16 bytes behind a line, as a rule, where the
compiled loops take up to a third longer.
"""

import contextlib
import ctypes
import math
import os
from collections.abc import Sequence
from pathlib import Path
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


def spaced_rows(count: int, width: int, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """count×width zeros for matrix products, their rows a little apart where `width` is a multiple of 512.

    Rows a large power of two apart compete for the same few lines of the cache.
    """
    space = LINE // np.dtype(dtype).itemsize if width % 512 == 0 else 0
    return aligned_zeros((count, width + space), dtype)[:, :width]


def with_spaces(rows: NDArray[Any]) -> NDArray[Any]:
    """The memory of `spaced_rows` with what lies between the rows: contiguous, as compiled loops want it."""
    if rows.strides[0] == rows.shape[1] * rows.itemsize:  # none: a view would take as long as a small loop
        return rows
    shape = len(rows), rows.strides[0] // rows.itemsize
    return np.lib.stride_tricks.as_strided(rows, shape, (rows.strides[0], rows.itemsize))


def machine_memory() -> int | None:
    """Bytes of memory that this machine has, or lets a container use; None where it does not say."""
    found = []
    if os.name == "nt":
        kilobytes = ctypes.c_ulonglong()
        if ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes)):  # type: ignore[attr-defined, unused-ignore]
            found.append(kilobytes.value * 1024)
    else:
        with contextlib.suppress(OSError, ValueError):
            found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
        with contextlib.suppress(OSError, ValueError):  # "max": no limit
            found.append(int(Path("/sys/fs/cgroup/memory.max").read_text("ascii")))
    return min(found, default=None)
