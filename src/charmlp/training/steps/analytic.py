"""The analytic step: forward, backward and update as straight-line NumPy, no autograd."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import DTypeLike

from charmlp import calculus
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.system.memory import spaced_rows
from charmlp.training.steps.dropout import Dropout
from charmlp.training.steps.elementwise import make_elementwise
from charmlp.training.steps.optimizers import rates
from charmlp.training.steps.parameters import Parameters
from charmlp.training.steps.step import ArrayStep

SCORES = 2**20  # logits that are kept until their losses are computed, all in one go


class AnalyticStep(ArrayStep):
    """The chain rule, layer by layer, on one flat buffer of parameters and one of gradients."""

    def __init__(self, config: TrainingConfig, start: Parameters, class_weights: Array | None = None) -> None:
        super().__init__(config, start, class_weights)
        self.gradients = Parameters(start.sizes, start.flat.dtype)
        self.activations = calculus.activations_behind(len(start.weights), config.act_type)
        self.elementwise = make_elementwise(config, start.flat.size)
        self.buffers: dict[int, Buffers] = {}

    def advance(self, inputs: Array, labels: Array, learning_rates: Array, masks: Generator) -> Array:
        size = self.config.batch_size
        drawn = self.dropout.draw(masks, len(inputs))
        updates = max(1, SCORES // (size * self.parameters.sizes[-1]))
        losses = [np.empty(0)]
        for first in range(0, len(learning_rates), updates):
            part = slice(first * size, (first + updates) * size)
            few_rates = learning_rates[first : first + updates]
            with self.elementwise.running():
                losses.append(self.advance_some(inputs[part], labels[part], few_rates, drawn[part]))
        return np.concatenate(losses)

    def advance_some(self, inputs: Array, labels: Array, learning_rates: Array, drawn: Array) -> Array:
        """As many updates as there are rates; what concerns the losses is done for all of them at once."""
        theta, classes = self.parameters.flat, self.sizes[-1]
        targets, share, starts = scaled_targets(self.config, labels, classes, self.class_weights, theta.dtype)
        shifted = np.empty_like(targets)  # z − max z
        normal = np.empty_like(share)  # Σ exp(z − max z)
        size = self.config.batch_size
        for i, (*rate, decay) in enumerate(rates(self.config, learning_rates, self.updates).tolist()):
            batch = slice(i * size, (i + 1) * size)
            x, scores, total = inputs[batch], shifted[batch], normal[batch]
            buffers = self.buffers_for(len(x))
            self.forward(x, drawn[batch], buffers)
            calculus.exponentials(buffers.outputs[-1], scores, buffers.gradients[-1], total)
            calculus.logits_gradient(buffers.gradients[-1], total, targets[batch], share[batch])
            self.backward(x, drawn[batch], buffers)
            self.elementwise.update(self.optimizer, theta, self.gradients.flat, *rate)
            if self.average is not None:
                self.elementwise.follow(self.average.flat, theta, decay)
            self.updates += 1
        losses = np.einsum("nk,nk->n", targets, np.log(normal) - shifted, dtype=np.float64)
        return np.add.reduceat(losses, starts) if len(losses) else losses

    def buffers_for(self, batch: int) -> Buffers:
        """Memory for a batch of that size: the last one of an epoch may be smaller than the others."""
        if batch not in self.buffers:
            keeps_sums = calculus.ACTIVATIONS[self.config.act_type].saved == "x"
            self.buffers[batch] = Buffers(batch, self.parameters, self.dropout, keeps_sums)
        return self.buffers[batch]

    def forward(self, x: Array, drawn: Array, buffers: Buffers) -> None:
        """Fill `buffers.outputs`: the activations, and the logits."""
        for layer, activation in enumerate(self.activations):
            x = self.dropout.drop(x, drawn, layer, out=buffers.masked[layer])
            z = np.matmul(x, self.parameters.weights[layer].T, out=buffers.sums[layer])
            y, bias = buffers.memory[layer], self.parameters.biases[layer]
            x = buffers.outputs[layer] = self.elementwise.forward(z, bias, y, activation)

    def backward(self, inputs: Array, drawn: Array, buffers: Buffers) -> None:
        """Fill the gradient buffer from ∂L/∂logits, the last layer first."""
        gradients = self.gradients
        for layer in range(len(self.activations) - 1, -1, -1):
            gradient, z, y = buffers.gradients[layer], buffers.sums[layer], buffers.outputs[layer]
            gradient = self.elementwise.backward(
                gradient, z, y, self.activations[layer], gradients.biases[layer]
            )
            x = inputs if layer == 0 else buffers.outputs[layer - 1]
            if (masked := buffers.masked[layer]) is not None:
                x = masked
            calculus.linear_backward_weight(gradient, x, out=gradients.weights[layer])
            if layer > 0:
                below = buffers.gradients[layer - 1]
                calculus.linear_backward_input(gradient, self.parameters.weights[layer], out=below)
                self.dropout.drop(below, drawn, layer, out=below)


class Buffers:
    """Memory for one batch.

    masked     each layer's inputs after dropout; None without
    sums       x Wᵀ + b
    memory     for what the activation makes of it; the same arrays, unless its gradient needs the sums
    outputs    what it made, wherever that lies
    gradients  ∂L/∂outputs
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


def scaled_targets(
    config: TrainingConfig, labels: Array, n_classes: int, weights: Array | None, dtype: DTypeLike
) -> tuple[Array, Array, Array]:
    """t/S N×K, Σt/S N×1, and the first image of each batch; S is a batch's sum of weights."""
    starts = np.arange(0, len(labels), config.batch_size)
    targets = calculus.class_targets(labels, n_classes, config.label_smoothing, weights)
    weight = np.ones(len(labels)) if weights is None else weights[labels]
    sums = np.add.reduceat(weight, starts) if len(labels) else weight
    targets /= np.repeat(sums, np.diff(np.append(starts, len(labels))))[:, np.newaxis]
    return targets.astype(dtype), targets.sum(axis=1, keepdims=True).astype(dtype), starts
