"""The analytic step: forward, backward and update as straight-line NumPy, no autograd."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.config import TrainingConfig
from charmlp.training.dropout import draw_masks
from charmlp.training.optimizers import make_optimizer
from charmlp.training.parameters import Parameters
from charmlp.training.schedule import average_decay

Array = NDArray[Any]


class AnalyticStep:
    """The chain rule, layer by layer, on one flat buffer of parameters and one of gradients."""

    def __init__(
        self, config: TrainingConfig, parameters: Parameters, class_weights: Array | None = None
    ) -> None:
        self.config = config
        self.parameters = parameters
        self.gradients = parameters.like()
        self.class_weights = class_weights
        self.activation = calculus.ACTIVATIONS[config.act_type]
        self.optimizer = make_optimizer(config, parameters.flat)
        self.average = parameters.copy() if config.ema_decay else None
        self.updates = 0

    def run(self, inputs: Array, labels: Array, learning_rates: Array, masks: np.random.Generator) -> Array:
        config, sizes = self.config, self.parameters.sizes
        dtype = self.parameters.flat.dtype
        targets = calculus.class_targets(labels, sizes[-1], config.label_smoothing, self.class_weights)
        targets = targets.astype(dtype)
        totals = np.ones(len(labels)) if self.class_weights is None else self.class_weights[labels]
        shares = [config.input_dropout] + [config.dropout] * (len(sizes) - 2)
        losses = np.empty(len(learning_rates))
        for i, lr in enumerate(learning_rates):
            batch = slice(i * config.batch_size, (i + 1) * config.batch_size)
            x, target, total = inputs[batch], targets[batch], float(totals[batch].sum())
            kept = draw_masks(masks, len(x), sizes[:-1], shares, dtype)
            layer_inputs, outputs, logits = self.forward(x, kept)
            losses[i] = calculus.cross_entropy(logits, target, total)
            gradient = calculus.cross_entropy_backward(logits, target, total)
            self.backward(gradient, layer_inputs, outputs, kept)
            self.update(float(lr))
        return losses

    def forward(self, x: Array, kept: list[Array | None]) -> tuple[list[Array], list[Array], Array]:
        """Each layer's input, each activation's output, and the logits."""
        layer_inputs, outputs = [], []
        last = len(self.parameters.weights) - 1
        for layer, (weight, bias) in enumerate(
            zip(self.parameters.weights, self.parameters.biases, strict=True)
        ):
            mask = kept[layer]
            x = x if mask is None else x * mask
            layer_inputs.append(x)
            x = calculus.linear(x, weight, bias)
            if layer < last or last == 0:  # a net of one layer has its activation behind it
                x = self.activation.forward(x, out=x)
                outputs.append(x)
        return layer_inputs, outputs, x

    def backward(
        self, gradient: Array, layer_inputs: list[Array], outputs: list[Array], kept: list[Array | None]
    ) -> None:
        """Fill the gradient buffer from ∂L/∂logits, the last layer first."""
        weights, gradients = self.parameters.weights, self.gradients
        for layer in reversed(range(len(weights))):
            if layer < len(outputs):
                gradient = self.activation.backward(gradient, outputs[layer], out=gradient)
            calculus.linear_backward_weight(gradient, layer_inputs[layer], out=gradients.weights[layer])
            calculus.linear_backward_bias(gradient, out=gradients.biases[layer])
            if layer > 0:
                gradient = calculus.linear_backward_input(gradient, weights[layer])
                mask = kept[layer]
                if mask is not None:
                    gradient *= mask

    def update(self, lr: float) -> None:
        """Clip, let the optimizer move the weights, and let the average follow."""
        if self.config.clip_norm:
            clip(self.gradients.flat, self.config.clip_norm)
        self.optimizer.update(self.parameters.flat, self.gradients.flat, lr)
        if self.average is not None:
            self.updates += 1
            follow(self.average.flat, self.parameters.flat, average_decay(self.config, self.updates))

    def averaged(self) -> Parameters:
        return self.parameters if self.average is None else self.average


def clip(gradients: Array, largest_norm: float) -> None:
    """g ← g · min(1, c / (‖g‖ + 10⁻⁶)), as `torch.nn.utils.clip_grad_norm_`."""
    norm = float(np.sqrt(np.vdot(gradients, gradients)))
    gradients *= min(1.0, largest_norm / (norm + 1e-6))


def follow(average: Array, parameters: Array, decay: float) -> None:
    """a ← a + (1 − d)(θ − a), in place."""
    difference = parameters - average
    difference *= 1 - decay
    average += difference
