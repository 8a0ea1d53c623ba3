"""The compiled step's loops: a chunk of updates in one compiled function, for nets of any depth.

Each layer's weights lie as W: K×D, as in a model file. Then every inner loop runs along a row of D numbers:
a layer's outputs are dot products of rows (`dots`), gradients are weighted sums of rows (`sums`), and a row
of ∂L/∂W moves its weights in the loop that makes it (`move`), so that it is never written to memory.

The formulas of activations, optimizers, clipping and averaging are those of `charmlp.calculus.activations`
and `charmlp.training.steps.optimizers`, compiled as they stand; cross-entropy is fused with its gradient, and
tests prove that it agrees with `charmlp.calculus`. Importing this file imports Numba.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from charmlp.calculus.activations import Activation
from charmlp.calculus.compiled import input_gradient, value
from charmlp.calculus.elements import Array
from charmlp.system.compiling import compiled, inlined
from charmlp.system.floatmode import FLUSHED, exchange_float_mode
from charmlp.training.steps.dropout import Dropout
from charmlp.training.steps.optimizers_compiled import clip, follow_all, move_some, update
from charmlp.training.steps.parameters import layer_starts
from charmlp.training.steps.products import dots, move, move_few, sums

# The table of layers: a row for each, with these columns. The last four are places in the memory of a batch.
WIDTH, UNITS, START, DROPPED, COLUMN, SEEN, SUM, OUTPUT, GRADIENT = range(9)


def table_of_layers(
    sizes: Sequence[int], activation: Activation, dropout: Dropout, batch_size: int
) -> tuple[Array, int]:
    """The table, and how many numbers the memory of a batch holds.

    START is where W and b begin among all parameters, DROPPED how many of 256 bytes drop an input of the
    layer, COLUMN the first of the layer's bytes; SEEN are its inputs after dropout, SUM is x Wᵀ + b, OUTPUT
    what the activation makes of it (in the same place, unless its gradient needs the sum), GRADIENT is
    ∂L/∂output.
    """
    table = np.zeros((len(sizes) - 1, 9), np.int64)
    place = 0
    for layer, (width, units) in enumerate(itertools.pairwise(sizes)):
        seen = place
        total = seen + (batch_size * width if dropout.dropped[layer] else 0)
        keeps_sum = activation.saved == "x" and activated(table, layer)
        output = total + (batch_size * units if keeps_sum else 0)
        gradient = output + batch_size * units
        place = gradient + batch_size * units
        start = layer_starts(sizes)[layer]
        bits = dropout.dropped[layer], dropout.columns[layer]
        table[layer] = width, units, start, *bits, seen, total, output, gradient
    return table, place


@compiled
def train_batches(
    layers: Array, activation: Activation, class_weights: Array, smoothing: float,
    clip_norm: float, theta: Array, average: Array, memory: Array, optimizer: Any,
    inputs: Array, labels: Array, weights: Array, batch_size: int, rates: Array, drawn: Array,
) -> Array:  # fmt: skip
    """One update for each row of `rates` (see `optimizers.rates`); the losses before each."""
    mode = exchange_float_mode(FLUSHED)
    losses = np.empty(len(rates))
    gradients = np.empty(len(theta) if clip_norm > 0 else 0, theta.dtype)
    for i in range(len(rates)):
        start, stop = i * batch_size, min((i + 1) * batch_size, len(inputs))
        x, bits = inputs[start:stop], drawn[start:stop]
        forward(layers, activation, theta, memory, x, bits)
        some = labels[start:stop], weights[start:stop]
        if labels.ndim == 1:  # of the two, only one is compiled
            losses[i] = cross_entropy(layers, class_weights, smoothing, memory, *some)
        else:
            losses[i] = label_entropy(layers, smoothing, memory, *some)
        lr, scale, keep, decay = rates[i]
        backward(layers, activation, clip_norm, theta, memory, gradients, optimizer, x, bits, lr, scale, keep)
        if clip_norm > 0:
            clip(gradients, clip_norm)
            move_some(optimizer, theta, gradients, 0, len(theta), lr, scale, keep)
        if len(average) > 0:
            follow_all(average, theta, decay)
    exchange_float_mode(mode)
    return losses


@inlined
def part(flat: Array, first: int, rows: int, columns: int) -> Array:
    """rows×columns of a flat buffer."""
    return flat[first : first + rows * columns].reshape(rows, columns)


@inlined
def activated(layers: Array, layer: int) -> bool:
    """Whether an activation follows: not after the last layer, unless it is the only one."""
    return layer < len(layers) - 1 or len(layers) == 1


@inlined
def forward(
    layers: Array, activation: Activation, theta: Array, memory: Array, x: Array, drawn: Array
) -> None:
    """y = x Wᵀ + b, then the activation, layer by layer."""
    for layer in range(len(layers)):
        width, units, start, dropped, column, seen, total, output, _ = layers[layer]
        if dropped > 0:
            kept = part(memory, seen, len(x), width)
            drop(x, drawn[:, column:], dropped, kept)
            x = kept
        z, y = part(memory, total, len(x), units), part(memory, output, len(x), units)
        dots(x, part(theta, start, units, width), theta[start + units * width :], z)
        if activated(layers, layer):
            activate(activation, z, y)
        x = y


@inlined
def cross_entropy(
    layers: Array, class_weights: Array, smoothing: float, memory: Array, labels: Array, weights: Array
) -> float:
    """L, and ∂L/∂logits in memory (see `charmlp.calculus.cross_entropy_backward`)."""
    batch, classes = len(labels), layers[-1, UNITS]
    logits = part(memory, layers[-1, OUTPUT], batch, classes)
    gradient = part(memory, layers[-1, GRADIENT], batch, classes)
    real = memory.dtype.type
    spread = smoothing / classes  # of every class, times its weight; the rest is the label's
    loss, total = 0.0, 0.0
    for n in range(batch):
        total += weights[n] * class_weights[labels[n]]
    for n in range(batch):
        highest, normal = logits[n, 0], real(0)
        for k in range(1, classes):
            highest = max(highest, logits[n, k])
        for k in range(classes):
            gradient[n, k] = np.exp(logits[n, k] - highest)
        for k in range(classes):
            normal += gradient[n, k]
        log_normal = highest + np.log(np.float64(normal))
        weight = weights[n]
        label_target = weight * (1 - smoothing) * class_weights[labels[n]]
        targets = label_target
        loss += label_target * (log_normal - logits[n, labels[n]])
        if smoothing > 0:
            for k in range(classes):
                targets += weight * spread * class_weights[k]
                loss += weight * spread * class_weights[k] * (log_normal - logits[n, k])
        share = real(targets / (normal * total))
        for k in range(classes):
            gradient[n, k] *= share
        if smoothing > 0:
            for k in range(classes):
                gradient[n, k] -= real(weight * spread * class_weights[k] / total)
        gradient[n, labels[n]] -= real(label_target / total)
    return loss / total


@inlined
def label_entropy(layers: Array, smoothing: float, memory: Array, labels: Array, weights: Array) -> float:
    """The same of labels each for itself, N×K (see `charmlp.calculus.label_losses`)."""
    batch, classes = labels.shape
    logits = part(memory, layers[-1, OUTPUT], batch, classes)
    gradient = part(memory, layers[-1, GRADIENT], batch, classes)
    real = memory.dtype.type
    loss, total = 0.0, 0.0
    for n in range(batch):
        total += weights[n]
    for n in range(batch):
        for k in range(classes):
            z = np.float64(logits[n, k])
            small = np.exp(-abs(z))
            target = labels[n, k] * (1 - smoothing) + smoothing / 2
            loss += weights[n] * (max(z, 0.0) + np.log1p(small) - target * z)
            gradient[n, k] = real(weights[n] * ((1.0 if z >= 0 else small) / (1 + small) - target) / total)
    return loss / total


@inlined
def backward(
    layers: Array, activation: Activation, clip_norm: float, theta: Array, memory: Array,
    gradients: Array, optimizer: Any, inputs: Array, drawn: Array,
    lr: float, scale: float, keep: float,
) -> None:  # fmt: skip
    """From ∂L/∂logits down; a layer's parameters move as soon as the layer below no longer needs them."""
    batch = len(inputs)
    for layer in range(len(layers) - 1, -1, -1):
        width, units, start, dropped, column, seen, total, _, above = layers[layer]
        gradient = part(memory, above, batch, units)
        if activated(layers, layer):
            activate_backward(activation, gradient, part(memory, total, batch, units))
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


@inlined
def drop(x: Array, drawn: Array, dropped: int, out: Array) -> None:
    """out = x · 256/(256 − dropped) where the byte drawn is not below `dropped`, else 0."""
    kept = x.dtype.type(256 / (256 - dropped))
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            out[n, i] = x[n, i] * kept if drawn[n, i] >= dropped else 0


@inlined
def activate(activation: Activation, x: Array, y: Array) -> None:
    """y = f(x); both may be one array."""
    real = x.dtype.type
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            y[n, i] = value(activation, x[n, i], real)


@inlined
def activate_backward(activation: Activation, gradient: Array, saved: Array) -> None:
    """∂L/∂x from ∂L/∂y, in place; `saved` is x or y, whichever the activation saves."""
    real = saved.dtype.type
    for n in range(saved.shape[0]):
        for i in range(saved.shape[1]):
            gradient[n, i] = input_gradient(activation, gradient[n, i], saved[n, i], real)
