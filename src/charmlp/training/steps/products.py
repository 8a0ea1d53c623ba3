"""The products that all layers are made of, compiled, for small nets. Importing this file imports Numba.

Tiles of 2×4 dot products, and eight addends at a time, use each number several times once it is loaded. Edges
repeat a row, or add zero, and have no code of their own.
"""

from typing import Any

import numpy as np

from charmlp.calculus.elements import Array
from charmlp.system.compiling import inlined, wide_vectors
from charmlp.training.steps.optimizers_compiled import update

COLUMNS = np.uintp(
    256
)  # of eight rows: 8 kB, beside those of the parameters and what the optimizer remembers


@inlined
def dots(x: Array, weight: Array, bias: Array, y: Array) -> None:
    """y = x Wᵀ + b: each y is the dot product of two rows."""
    wide_vectors()
    zero, batch, units, width = x.dtype.type(0), len(x), len(weight), x.shape[1]
    for n in range(0, batch, 4):  # four rows of x stay in the nearest cache while all of W passes by
        n1, n2, n3 = min(n + 1, batch - 1), min(n + 2, batch - 1), min(n + 3, batch - 1)
        for k in range(0, units, 2):
            j = min(k + 1, units - 1)
            k0, k1, k2, k3, j0, j1, j2, j3 = zero, zero, zero, zero, zero, zero, zero, zero
            for i in range(width):
                v, w = weight[k, i], weight[j, i]
                k0 += v * x[n, i]
                k1 += v * x[n1, i]
                k2 += v * x[n2, i]
                k3 += v * x[n3, i]
                j0 += w * x[n, i]
                j1 += w * x[n1, i]
                j2 += w * x[n2, i]
                j3 += w * x[n3, i]
            y[n, k], y[n1, k], y[n2, k], y[n3, k] = k0 + bias[k], k1 + bias[k], k2 + bias[k], k3 + bias[k]
            y[n, j], y[n1, j], y[n2, j], y[n3, j] = j0 + bias[j], j1 + bias[j], j2 + bias[j], j3 + bias[j]


@inlined
def sums(factors: Array, rows: Array, out: Array) -> None:
    """out = factors · rows, M×D = M×N · N×D."""
    numbers, values = np.empty(len(rows) + 8, np.uintp), np.empty(len(rows) + 8, out.dtype)
    for m in range(len(factors)):
        count = choose(factors[m], numbers, values)
        add(rows, numbers, values, count, out[m])


@inlined
def move(
    optimizer: Any, theta: Array, start: int, factors: Array, rows: Array,
    lr: float, scale: float, keep: float,
) -> None:  # fmt: skip
    """The same sums as gradients of the parameters from `start` on, which move at once."""
    numbers, values = np.empty(len(rows) + 8, np.uintp), np.empty(len(rows) + 8, rows.dtype)
    width = np.uintp(rows.shape[1])
    row = np.empty(width, rows.dtype)
    for m in range(len(factors)):
        add(rows, numbers, values, choose(factors[m], numbers, values), row)
        at = np.uintp(start) + np.uintp(m) * width
        for i in range(width):
            update(optimizer, theta, at + i, row[i], lr, scale, keep)


@inlined
def move_few(
    optimizer: Any, theta: Array, start: int, gradient: Array, rows: Array,
    lr: float, scale: float, keep: float,
) -> None:  # fmt: skip
    """The same for at most eight rows: their sum stays in a register until the parameter has moved.

    By columns, so that what all units need of the rows stays in the nearest cache.
    """
    wide_vectors()
    count, width = len(rows), np.uintp(rows.shape[1])
    n1, n2, n3, n4 = last(1, count), last(2, count), last(3, count), last(4, count)
    n5, n6, n7 = last(5, count), last(6, count), last(7, count)
    for first in range(np.uintp(0), width, COLUMNS):
        stop = min(first + COLUMNS, width)
        for k in range(np.uintp(gradient.shape[1])):
            at = np.uintp(start) + k * width
            v0, v1 = gradient[0, k], factor(gradient, 1, k)
            v2, v3 = factor(gradient, 2, k), factor(gradient, 3, k)
            v4, v5 = factor(gradient, 4, k), factor(gradient, 5, k)
            v6, v7 = factor(gradient, 6, k), factor(gradient, 7, k)
            for i in range(first, stop):
                g = (v0 * rows[0, i] + v1 * rows[n1, i]) + (v2 * rows[n2, i] + v3 * rows[n3, i])
                g += (v4 * rows[n4, i] + v5 * rows[n5, i]) + (v6 * rows[n6, i] + v7 * rows[n7, i])
                update(optimizer, theta, at + i, g, lr, scale, keep)


@inlined
def last(n: int, count: int) -> np.uintp:
    """Row n, or the last one."""
    return np.uintp(min(n, count - 1))


@inlined
def factor(gradient: Array, n: int, k: int) -> Any:
    return gradient[n, k] if n < len(gradient) else gradient.dtype.type(0)


@inlined
def choose(factors: Array, numbers: Array, values: Array) -> int:
    """The factors that are not zero, packed, zeros behind them: behind ReLU and dropout half of them are."""
    count = 0
    for n in range(len(factors)):
        numbers[count], values[count] = n, factors[n]
        count += factors[n] != 0
    for n in range(count, count + 8):
        numbers[n], values[n] = 0, 0
    return count


@inlined
def add(rows: Array, numbers: Array, values: Array, count: int, out: Array) -> None:
    """out = Σ value · row over the first `count` numbers, eight at a time."""
    wide_vectors()
    for i in range(len(out)):
        out[i] = 0
    for c in range(0, count, 8):
        n0, n1, n2, n3 = numbers[c], numbers[c + 1], numbers[c + 2], numbers[c + 3]
        n4, n5, n6, n7 = numbers[c + 4], numbers[c + 5], numbers[c + 6], numbers[c + 7]
        v0, v1, v2, v3 = values[c], values[c + 1], values[c + 2], values[c + 3]
        v4, v5, v6, v7 = values[c + 4], values[c + 5], values[c + 6], values[c + 7]
        for i in range(len(out)):
            g = (v0 * rows[n0, i] + v1 * rows[n1, i]) + (v2 * rows[n2, i] + v3 * rows[n3, i])
            out[i] += g + ((v4 * rows[n4, i] + v5 * rows[n5, i]) + (v6 * rows[n6, i] + v7 * rows[n7, i]))
