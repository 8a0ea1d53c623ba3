"""The compiled step's loops: a chunk of updates in one compiled function, for nets of any depth.

Each layer's weights lie as W: K×D, as in a model file. Then every inner loop runs along a row of D numbers:
a layer's outputs are dot products of rows (`dots`), gradients are weighted sums of rows (`sums`), and a row
of ∂L/∂W moves its weights in the loop that makes it (`move`), so that it is never written to memory.

The formulas are those of `charmlp.calculus`; tests prove that they agree. Importing this file imports Numba.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from charmlp.system.compiling import OPTIONS, compiled, inlined, part_of_compiled, wide_vectors
from charmlp.system.floatmode import FLUSHED, exchange_float_mode
from charmlp.training.optimizers import RULES, update

Array = NDArray[Any]

NONE, SIGMOID, TANH, RELU = range(4)  # the order of charmlp.config.ACTIVATIONS

# The table of layers: a row for each, with these columns. The last four are places in the memory of a batch.
WIDTH, UNITS, START, DROPPED, COLUMN, SEEN, OUTPUT, GRADIENT = range(8)


COMPILED_RULES: dict[type, Any] = {kind: part_of_compiled(rule) for kind, rule in RULES.items()}


@overload(update, jit_options=OPTIONS)  # type: ignore[arg-type]
def compiled_update(optimizer, theta, i, gradient, lr, scale, keep):
    """What `update` means in compiled code: the rule of that kind of optimizer, and no other."""
    assert isinstance(optimizer, types.NamedTuple)
    rule = COMPILED_RULES[optimizer.instance_class]
    return lambda optimizer, theta, i, gradient, lr, scale, keep: rule(
        optimizer, theta, i, gradient, lr, scale, keep
    )


def table_of_layers(
    sizes: Sequence[int], dropped: Sequence[int], columns: Sequence[int], batch_size: int
) -> tuple[NDArray[np.int64], int]:
    """The table, and how many numbers the memory of a batch holds.

    START is where W and b begin among all parameters, DROPPED how many of 256 bytes drop an input of the
    layer, COLUMN the first of the layer's bytes; SEEN are its inputs after dropout, GRADIENT is ∂L/∂output.
    """
    table = np.zeros((len(sizes) - 1, 8), np.int64)
    start = place = 0
    for layer, (width, units) in enumerate(itertools.pairwise(sizes)):
        seen = place
        output = seen + (batch_size * width if dropped[layer] else 0)
        gradient = output + batch_size * units
        place = gradient + batch_size * units
        table[layer] = width, units, start, dropped[layer], columns[layer], seen, output, gradient
        start += units * (width + 1)
    return table, place


@compiled
def run(
    layers: NDArray[np.int64], activation: int, class_weights: Array, smoothing: float, clip_norm: float,
    theta: Array, average: Array, memory: Array, optimizer: Any, inputs: Array, labels: Array,
    batch_size: int, rates: Array, decays: Array, drawn: NDArray[np.uint8],
) -> Array:  # fmt: skip
    """One update for each row of `rates` (see `optimizers.rates`); the losses before each."""
    mode = exchange_float_mode(FLUSHED)
    losses = np.empty(len(rates))
    gradients = np.empty(len(theta) if clip_norm > 0 else 0, theta.dtype)
    for i in range(len(rates)):
        start, stop = i * batch_size, min((i + 1) * batch_size, len(inputs))
        x, bits = inputs[start:stop], drawn[start:stop]
        forward(layers, activation, theta, memory, x, bits)
        losses[i] = cross_entropy(layers, class_weights, smoothing, memory, labels[start:stop])
        lr, scale, keep = rates[i]
        backward(layers, activation, clip_norm, theta, memory, gradients, optimizer, x, bits, lr, scale, keep)
        if clip_norm > 0:
            clip(gradients, clip_norm)
            for j in range(np.uintp(len(theta))):
                update(optimizer, theta, j, gradients[j], lr, scale, keep)
        if len(average) > 0:
            follow(average, theta, decays[i])
    exchange_float_mode(mode)
    return losses


@inlined
def part(flat: Array, first: int, rows: int, columns: int) -> Array:
    """rows×columns of a flat buffer."""
    return flat[first : first + rows * columns].reshape(rows, columns)


@inlined
def activated(layers: NDArray[np.int64], layer: int) -> bool:
    """Whether an activation follows: not behind the last layer, unless it is the only one."""
    return layer < len(layers) - 1 or len(layers) == 1


@inlined
def forward(
    layers: NDArray[np.int64],
    activation: int,
    theta: Array,
    memory: Array,
    x: Array,
    drawn: NDArray[np.uint8],
) -> None:
    """y = x Wᵀ + b, then the activation, layer by layer."""
    for layer in range(len(layers)):
        width, units, start, dropped, column, seen, output, _ = layers[layer]
        if dropped > 0:
            kept = part(memory, seen, len(x), width)
            drop(x, drawn[:, column:], dropped, kept)
            x = kept
        y = part(memory, output, len(x), units)
        dots(x, part(theta, start, units, width), theta[start + units * width :], y)
        if activated(layers, layer):
            activate(activation, y)
        x = y


@inlined
def cross_entropy(
    layers: NDArray[np.int64], class_weights: Array, smoothing: float, memory: Array, labels: Array
) -> float:
    """L, and ∂L/∂logits in memory (see `charmlp.calculus.cross_entropy_backward`)."""
    batch, classes = len(labels), layers[-1, UNITS]
    logits = part(memory, layers[-1, OUTPUT], batch, classes)
    gradient = part(memory, layers[-1, GRADIENT], batch, classes)
    real = memory.dtype.type
    spread = smoothing / classes  # of every class, times its weight; the rest is the label's
    loss, total = 0.0, 0.0
    for n in range(batch):
        total += class_weights[labels[n]]
    for n in range(batch):
        highest, normal = logits[n, 0], real(0)
        for k in range(1, classes):
            highest = max(highest, logits[n, k])
        for k in range(classes):
            gradient[n, k] = np.exp(logits[n, k] - highest)
        for k in range(classes):
            normal += gradient[n, k]
        log_normal = highest + np.log(np.float64(normal))
        label_target = (1 - smoothing) * class_weights[labels[n]]
        targets = label_target
        loss += label_target * (log_normal - logits[n, labels[n]])
        if smoothing > 0:
            for k in range(classes):
                targets += spread * class_weights[k]
                loss += spread * class_weights[k] * (log_normal - logits[n, k])
        share = real(targets / (normal * total))
        for k in range(classes):
            gradient[n, k] *= share
        if smoothing > 0:
            for k in range(classes):
                gradient[n, k] -= real(spread * class_weights[k] / total)
        gradient[n, labels[n]] -= real(label_target / total)
    return loss / total


@inlined
def backward(
    layers: NDArray[np.int64], activation: int, clip_norm: float, theta: Array, memory: Array,
    gradients: Array, optimizer: Any, inputs: Array, drawn: NDArray[np.uint8],
    lr: float, scale: float, keep: float,
) -> None:  # fmt: skip
    """From ∂L/∂logits down; a layer's parameters move as soon as the layer below no longer needs them."""
    batch = len(inputs)
    for layer in range(len(layers) - 1, -1, -1):
        width, units, start, dropped, column, seen, output, above = layers[layer]
        gradient = part(memory, above, batch, units)
        if activated(layers, layer):
            activate_backward(activation, gradient, part(memory, output, batch, units))
        x = inputs
        if layer > 0:  # ∂L/∂x = ∂L/∂y W
            x = part(memory, layers[layer - 1, OUTPUT], batch, width)
            below = part(memory, layers[layer - 1, GRADIENT], batch, width)
            sums(gradient, part(theta, start, units, width), below)
            if dropped > 0:
                drop(below, drawn[:, column:], dropped, below)
        if dropped > 0:
            x = part(memory, seen, batch, width)
        # ∂L/∂W = (∂L/∂y)ᵀ x, row by row; ∂L/∂b = Σₙ ∂L/∂yₙ lies behind the last row.
        bias = np.uintp(start + units * width)
        if clip_norm > 0:
            sums(gradient.T, x, part(gradients, start, units, width))
        elif batch <= 8:
            move_few(optimizer, theta, start, gradient, x, lr, scale, keep)
        else:
            move(optimizer, theta, start, gradient.T, x, lr, scale, keep)
        for k in range(np.uintp(units)):
            g = theta.dtype.type(0)
            for n in range(batch):
                g += gradient[n, k]
            if clip_norm > 0:
                gradients[bias + k] = g
            else:
                update(optimizer, theta, bias + k, g, lr, scale, keep)


# The products that all layers are made of. Tiles of 2×4 dot products, and eight addends at a time, use each
# number several times once it is loaded. Edges repeat a row, or add zero, and have no code of their own.


@inlined
def dots(x: Array, weight: Array, bias: Array, y: Array) -> None:
    """y = x Wᵀ + b: each y is the dot product of two rows."""
    wide_vectors()
    zero, batch, units, width = x.dtype.type(0), len(x), len(weight), x.shape[1]
    for k in range(0, units, 2):
        j = min(k + 1, units - 1)
        for n in range(0, batch, 4):
            n1, n2, n3 = min(n + 1, batch - 1), min(n + 2, batch - 1), min(n + 3, batch - 1)
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
    optimizer: Any,
    theta: Array,
    start: int,
    factors: Array,
    rows: Array,
    lr: float,
    scale: float,
    keep: float,
) -> None:
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
    """The same for at most eight rows: their sum stays in a register until the parameter has moved."""
    wide_vectors()
    count, width = len(rows), np.uintp(rows.shape[1])
    n1, n2, n3 = row_or_last(1, count), row_or_last(2, count), row_or_last(3, count)
    n4, n5, n6, n7 = (
        row_or_last(4, count),
        row_or_last(5, count),
        row_or_last(6, count),
        row_or_last(7, count),
    )
    for k in range(np.uintp(gradient.shape[1])):
        at = np.uintp(start) + k * width
        v0, v1, v2, v3 = (
            gradient[0, k],
            factor(gradient, 1, k),
            factor(gradient, 2, k),
            factor(gradient, 3, k),
        )
        v4, v5 = factor(gradient, 4, k), factor(gradient, 5, k)
        v6, v7 = factor(gradient, 6, k), factor(gradient, 7, k)
        for i in range(width):
            g = (v0 * rows[0, i] + v1 * rows[n1, i]) + (v2 * rows[n2, i] + v3 * rows[n3, i])
            g += (v4 * rows[n4, i] + v5 * rows[n5, i]) + (v6 * rows[n6, i] + v7 * rows[n7, i])
            update(optimizer, theta, at + i, g, lr, scale, keep)


@inlined
def row_or_last(n: int, count: int) -> np.uintp:
    return np.uintp(min(n, count - 1))


@inlined
def factor(gradient: Array, n: int, k: int) -> Any:
    return gradient[n, k] if n < len(gradient) else gradient.dtype.type(0)


@inlined
def choose(factors: Array, numbers: NDArray[np.uintp], values: Array) -> int:
    """The factors that are not zero, packed, zeros behind them: behind ReLU and dropout half of them are."""
    count = 0
    for n in range(len(factors)):
        numbers[count], values[count] = n, factors[n]
        count += factors[n] != 0
    for n in range(count, count + 8):
        numbers[n], values[n] = 0, 0
    return count


@inlined
def add(rows: Array, numbers: NDArray[np.uintp], values: Array, count: int, out: Array) -> None:
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


@inlined
def drop(x: Array, drawn: NDArray[np.uint8], dropped: int, out: Array) -> None:
    """out = x · 256/(256 − dropped) where the byte drawn is not below `dropped`, else 0."""
    kept = x.dtype.type(256 / (256 - dropped))
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            out[n, i] = x[n, i] * kept if drawn[n, i] >= dropped else 0


@inlined
def activate(kind: int, y: Array) -> None:
    """The activation in place (see `charmlp.calculus`)."""
    one, half = y.dtype.type(1), y.dtype.type(0.5)
    for n in range(y.shape[0]):
        for i in range(y.shape[1]):
            if kind == RELU:
                y[n, i] = max(y[n, i], y.dtype.type(0))
            elif kind == TANH:
                y[n, i] = np.tanh(y[n, i])
            elif kind == SIGMOID:
                y[n, i] = half * (one + np.tanh(half * y[n, i]))


@inlined
def activate_backward(kind: int, gradient: Array, y: Array) -> None:
    """∂L/∂x from ∂L/∂y, in place, by the output y."""
    one = y.dtype.type(1)
    for n in range(y.shape[0]):
        for i in range(y.shape[1]):
            if kind == RELU:
                gradient[n, i] = gradient[n, i] if y[n, i] > 0 else 0
            elif kind == TANH:
                gradient[n, i] *= one - y[n, i] * y[n, i]
            elif kind == SIGMOID:
                gradient[n, i] *= y[n, i] * (one - y[n, i])


@inlined
def clip(gradients: Array, largest_norm: float) -> None:
    """g ← g · min(1, c / (‖g‖ + 10⁻⁶)), as `torch.nn.utils.clip_grad_norm_`."""
    squares = 0.0
    for i in range(len(gradients)):
        squares += gradients[i] * gradients[i]
    factor = gradients.dtype.type(min(1.0, largest_norm / (np.sqrt(squares) + 1e-6)))
    for i in range(len(gradients)):
        gradients[i] *= factor


@inlined
def follow(average: Array, theta: Array, decay: float) -> None:
    """a ← a + (1 − d)(θ − a)."""
    share = theta.dtype.type(1 - decay)
    for i in range(len(theta)):
        average[i] += share * (theta[i] - average[i])
