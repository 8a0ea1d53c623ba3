"""The analytic step: forward, backward and update as straight-line NumPy, no autograd."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from charmlp import calculus
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.system.memory import spaced_rows
from charmlp.system.ranks import ALONE, Ranks
from charmlp.training.shares import Share, share
from charmlp.training.steps.dropout import Dropout
from charmlp.training.steps.elementwise import make_elementwise
from charmlp.training.steps.optimizers import rates
from charmlp.training.steps.parameters import Parameters, layer_starts
from charmlp.training.steps.step import ArrayStep

SCORES = 2**20  # logits that are kept until their losses are computed, all in one go

# What is done at one time, where work is cut at all (`elementwise.py`): smaller products are slower.
ROWS = 128  # of a batch
WEIGHTS = 2**18  # whose gradients are one product; a layer has two at least, so that two cores have alike
SENT = 2**19  # gradients at least that are summed over the ranks while the next ones are computed
MOVED = 2**16  # parameters; with their gradients and the optimizer's memory they fit into the cache


class AnalyticStep(ArrayStep):
    """The chain rule, layer by layer, on one flat buffer of parameters and one of gradients.

    An update is done in two parts, each of which may be cut: what happens to rows of the batch, forward and
    backward; and, by units, gradients of the parameters, which then move. Where gradients are clipped,
    or nothing is cut, all parameters move together, in a third part; so they do where several ranks have each
    a part of the gradients' sums.
    """

    def __init__(
        self,
        config: TrainingConfig,
        start: Parameters,
        class_weights: Array | None = None,
        ranks: Ranks = ALONE,
    ) -> None:
        super().__init__(config, start, class_weights, ranks)
        self.gradients = Parameters(start.sizes, start.flat.dtype)
        self.activations = calculus.activations_behind(len(start.weights), config.act_type)
        self.elementwise = make_elementwise(config, start.flat.size)
        self.units = [
            Units.of(self.gradients, layer, units)
            for layer, (into, out) in enumerate(itertools.pairwise(start.sizes))
            for units in self.elementwise.blocks(out, max(1, min(WEIGHTS // into, out // 2)))
        ]
        self.sent = (
            stretches_to_send(start.sizes, self.units) if ranks.count > 1 else [(slice(None), self.units)]
        )
        self.stretches = self.elementwise.blocks(start.flat.size, MOVED)
        self.moves_by_units = len(self.stretches) > 1 and not config.clip_norm and ranks.count == 1
        self.buffers: dict[int, Buffers] = {}

    def advance(
        self,
        inputs: Array,
        labels: Array,
        learning_rates: Array,
        masks: Generator,
        weights: Array | None = None,
    ) -> Array:
        size = self.config.batch_size
        updates = max(1, SCORES // (size * self.parameters.sizes[-1]))
        losses, done = [np.empty(0)], 0
        for first in range(0, len(learning_rates), updates):
            part = slice(first * size, (first + updates) * size)
            few_rates = learning_rates[first : first + updates]
            own = share(self.ranks, len(labels[part]), size)
            x, done = inputs[done : done + own.bounds[-1]], done + own.bounds[-1]
            some = None if weights is None else weights[part]
            losses.append(self.advance_some(x, labels[part], few_rates, masks, some, own))
        return np.concatenate(losses)

    def advance_some(
        self,
        inputs: Array,
        labels: Array,
        learning_rates: Array,
        masks: Generator,
        weights: Array | None,
        own: Share,
    ) -> Array:
        """As many updates as there are rates; what concerns the losses is done for all of them at once."""
        theta, classes = self.parameters.flat, self.sizes[-1]
        drawn = self.draw(masks, len(labels), own)
        targets, weight = scaled_targets(
            self.config, labels, classes, self.class_weights, theta.dtype, weights, own
        )
        shifted = np.empty_like(targets)  # z − max z; of labels each for itself, z
        normal = np.empty_like(weight) if labels.ndim == 1 else None  # Σ exp(z − max z)
        chunk = inputs, drawn, shifted, normal, targets, weight
        for i, rate in enumerate(rates(self.config, learning_rates, self.updates).tolist()):
            self.update(chunk, own.bounds[i], own.bounds[i + 1], rate)
            self.updates += 1
        if normal is None:
            losses = calculus.label_losses(shifted, targets, weight)
        else:
            losses = np.einsum("nk,nk->n", targets, np.log(normal) - shifted, dtype=np.float64)
        sums = own.sums(losses)
        self.ranks.add(sums)
        return sums

    def update(self, chunk: tuple[Any, ...], start: int, stop: int, rate: list[float]) -> None:
        """One update, on the images from `start` to before `stop` of a chunk.

        `chunk` is inputs, bytes of dropout, z − max z and Σ exp of it to be filled, t/S, Σt/S. Where labels
        are each for itself, it is z that is filled, Σ exp is `None`, and Σt/S the example's weight.
        """
        inputs, drawn, shifted, normal, targets, weight = chunk
        theta, gradients = self.parameters.flat, self.gradients.flat
        average = None if self.average is None else self.average.flat
        x, buffers = inputs[start:stop], self.buffers_for(stop - start)

        def there_and_back(part: tuple[slice, Buffers]) -> None:
            rows, own = part
            rows = slice(start + rows.start, start + rows.stop)
            bits = drawn[rows]
            self.forward(inputs[rows], bits, own)
            if normal is None:
                shifted[rows] = own.outputs[-1]
                own.gradients[-1][...] = calculus.label_gradient(shifted[rows], targets[rows], weight[rows])
            else:
                calculus.exponentials(own.outputs[-1], shifted[rows], own.gradients[-1], normal[rows])
                calculus.logits_gradient(own.gradients[-1], normal[rows], targets[rows], weight[rows])
            self.backward(bits, own)

        def weigh(units: Units) -> None:
            self.weight_gradients(x, buffers, units)
            if self.moves_by_units:
                for stretch in units.stretches:
                    move(stretch)

        def move(stretch: slice) -> None:
            self.elementwise.update(self.optimizer, theta, gradients, average, stretch, *rate)

        self.elementwise.each(there_and_back, buffers.parts)
        for sent, units in self.sent:  # meanwhile the next ones are computed
            self.elementwise.each(weigh, units)
            self.ranks.begin_adding(gradients[sent])
        self.ranks.finish_adding()
        if self.config.clip_norm:
            self.elementwise.clip(gradients)
        if not self.moves_by_units:
            self.elementwise.each(move, self.stretches)

    def buffers_for(self, batch: int) -> Buffers:
        """Memory for a batch of that size: the last one of an epoch may be smaller than the others."""
        if batch not in self.buffers:
            keeps_sums = calculus.ACTIVATIONS[self.config.act_type].saved == "x"
            self.buffers[batch] = Buffers(batch, self.parameters, self.dropout, keeps_sums)
            self.buffers[batch].cut(self.elementwise.blocks(batch, ROWS))
        return self.buffers[batch]

    def forward(self, x: Array, drawn: Array, buffers: Buffers) -> None:
        """Fill `buffers.outputs`: the activations, and the logits."""
        for layer, activation in enumerate(self.activations):
            x = self.elementwise.drop(self.dropout, x, drawn, layer, buffers.masked[layer])
            z = np.matmul(x, self.parameters.weights[layer].T, out=buffers.sums[layer])
            y, bias = buffers.memory[layer], self.parameters.biases[layer]
            x = buffers.outputs[layer] = self.elementwise.forward(z, bias, y, activation)

    def backward(self, drawn: Array, buffers: Buffers) -> None:
        """Turn ∂L/∂outputs of each layer, the last one first, into ∂L/∂sums."""
        for layer in range(len(self.activations) - 1, -1, -1):
            gradient, z, y = buffers.gradients[layer], buffers.sums[layer], buffers.outputs[layer]
            gradient = self.elementwise.backward(gradient, z, y, self.activations[layer])
            buffers.gradients[layer] = gradient
            if layer > 0:
                below = buffers.gradients[layer - 1]
                calculus.linear_backward_input(gradient, self.parameters.weights[layer], out=below)
                self.elementwise.drop(self.dropout, below, drawn, layer, below)

    def weight_gradients(self, inputs: Array, buffers: Buffers, units: Units) -> None:
        """Fill the gradients of some units' weights and biases, once those of a layer's sums are there."""
        layer, numbers, weights, biases, _ = units
        x = inputs if layer == 0 else buffers.outputs[layer - 1]
        if (masked := buffers.masked[layer]) is not None:
            x = masked
        gradient = buffers.gradients[layer][:, numbers]
        calculus.linear_backward_weight(gradient, x, out=weights)
        calculus.linear_backward_bias(gradient, out=biases)


def stretches_to_send(sizes: Sequence[int], units: Sequence[Units]) -> list[tuple[slice, list[Units]]]:
    """The flat gradient in stretches of whole layers, the last one first, each with the units it is of.

    A stretch has `SENT` numbers at least: each costs the network's latency.
    """
    starts, stretches, stop = layer_starts(sizes), [], len(sizes) - 1
    for layer in range(stop - 1, -1, -1):
        if layer == 0 or (starts[stop] - starts[layer] >= SENT <= starts[layer]):
            own = [some for some in units if layer <= some.layer < stop]
            stretches.append((slice(starts[layer], starts[stop]), own))
            stop = layer
    return stretches


class Units(NamedTuple):
    """Some units of a layer.

    weights, biases  their gradients
    stretches        where these lie in the flat buffer
    """

    layer: int
    numbers: slice
    weights: Array
    biases: Array
    stretches: tuple[slice, slice]

    @classmethod
    def of(cls, gradients: Parameters, layer: int, numbers: slice) -> Units:
        out, into = gradients.weights[layer].shape
        start = layer_starts(gradients.sizes)[layer]
        stretches = (
            slice(start + numbers.start * into, start + numbers.stop * into),
            slice(start + out * into + numbers.start, start + out * into + numbers.stop),
        )
        weights, biases = gradients.weights[layer][numbers], gradients.biases[layer][numbers]
        return cls(layer, numbers, weights, biases, stretches)


class Buffers:
    """Memory for one batch.

    masked     each layer's inputs after dropout; None without
    sums       x Wᵀ + b
    memory     for what the activation makes of it; the same arrays, unless its gradient needs the sums
    outputs    what it made, wherever that lies
    gradients  ∂L/∂outputs, and once they are done ∂L/∂sums
    parts      rows of the batch, and memory for these alone; one part shares all lists with the whole
    """

    def __init__(self, batch: int, parameters: Parameters, dropout: Dropout, keeps_sums: bool) -> None:
        sizes, dtype = parameters.sizes, parameters.flat.dtype
        self.masked = [
            spaced_rows(batch, size, dtype) if dropped else None
            for size, dropped in zip(sizes[:-1], dropout.dropped, strict=True)
        ]
        self.sums = [spaced_rows(batch, size, dtype) for size in sizes[1:]]
        self.memory = [spaced_rows(batch, size, dtype) for size in sizes[1:]] if keeps_sums else self.sums
        self.outputs = list(self.memory)
        self.gradients = [spaced_rows(batch, size, dtype) for size in sizes[1:]]
        self.parts: list[tuple[slice, Buffers]] = []

    def cut(self, blocks: list[slice]) -> None:
        """Memory for blocks of rows."""
        if len(blocks) == 1:
            self.parts = [(blocks[0], self)]
            return
        for rows in blocks:
            part = copy.copy(self)
            for name in ("masked", "sums", "memory", "outputs", "gradients"):
                arrays = [None if array is None else array[rows] for array in getattr(self, name)]
                setattr(part, name, arrays)
            self.parts.append((rows, part))


def scaled_targets(
    config: TrainingConfig,
    labels: Array,
    n_classes: int,
    class_weights: Array | None,
    dtype: DTypeLike,
    weights: Array | None,
    own: Share,
) -> tuple[Array, Array]:
    """t/S N×K and Σt/S N×1 of its own ones of all labels; S is a batch's sum of weights.

    Of labels each for itself (N×K), weights divided by S take the place of Σt/S.
    """
    starts = np.arange(0, len(labels), config.batch_size)
    weight = np.ones(len(labels)) if class_weights is None else class_weights[labels]
    if weights is not None:
        weight = weight * weights
    sums = np.add.reduceat(weight, starts) if len(labels) else weight
    sums = np.repeat(sums, np.diff(np.append(starts, len(labels))))
    sums, weight, labels = (each[own.places] for each in (sums[:, np.newaxis], weight[:, np.newaxis], labels))
    if labels.ndim == 2:
        targets = calculus.label_targets(labels, config.label_smoothing)
    else:
        targets = calculus.class_targets(labels, n_classes, config.label_smoothing, class_weights)
    if weights is not None:
        targets *= weights[own.places][:, np.newaxis]
    targets /= sums
    weight = targets.sum(axis=1, keepdims=True) if labels.ndim == 1 else weight / sums
    return targets.astype(dtype), weight.astype(dtype)
