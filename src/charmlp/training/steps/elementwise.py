"""What the analytic step does beside matrix products: on NumPy, or, for many parameters, in compiled loops.

NumPy takes one pass over memory for each operation, and a training step has some twenty of them that are no
product. On small nets, which stay in the processor's cache, that costs little, and Numba need not be loaded.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

import numpy as np

from charmlp import calculus
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.system.memory import with_spaces
from charmlp.training.steps import optimizers

MANY_PARAMETERS = 100_000  # from here on compiled loops pay for their start


class Elementwise(Protocol):
    """`activated` says whether an activation follows the layer."""

    def running(self) -> AbstractContextManager[object]:
        """Around a run of updates."""
        ...

    def forward(self, z: Array, bias: Array, y: Array, activated: bool) -> Array:
        """z ← z + b, in place, and f(z), which may lie in the memory of `y`."""
        ...

    def backward(self, gradient: Array, z: Array, y: Array, activated: bool, bias_gradient: Array) -> Array:
        """∂L/∂z from ∂L/∂y, perhaps in its place, and ∂L/∂b = Σₙ of it in `bias_gradient`."""
        ...

    def update(
        self, optimizer: Any, theta: Array, gradients: Array, lr: float, scale: float, keep: float
    ) -> None:
        """Clip the gradients, which may be overwritten, and let the optimizer move the parameters."""
        ...

    def follow(self, average: Array, theta: Array, decay: float) -> None:
        """Let the moving average of the parameters follow."""
        ...


def make_elementwise(config: TrainingConfig, parameters: int) -> Elementwise:
    return InLoops(config) if parameters >= MANY_PARAMETERS else OnNumPy(config)


class OnNumPy:
    """One NumPy call for each operation."""

    def __init__(self, config: TrainingConfig) -> None:
        self.activation = calculus.ACTIVATIONS[config.act_type]
        self.clip_norm = config.clip_norm

    def running(self) -> AbstractContextManager[object]:
        return nullcontext()

    def forward(self, z: Array, bias: Array, y: Array, activated: bool) -> Array:
        z += bias
        return self.activation(z) if activated else z

    def backward(self, gradient: Array, z: Array, y: Array, activated: bool, bias_gradient: Array) -> Array:
        if activated:
            gradient = self.activation.input_gradient(gradient, z, y)
        calculus.linear_backward_bias(gradient, out=bias_gradient)
        return gradient

    def update(
        self, optimizer: Any, theta: Array, gradients: Array, lr: float, scale: float, keep: float
    ) -> None:
        if self.clip_norm:
            norm = float(np.sqrt(np.vdot(gradients, gradients)))
            gradients *= optimizers.clip_factor(norm, self.clip_norm)
        optimizers.update(optimizer, theta, slice(None), gradients, lr, scale, keep)

    def follow(self, average: Array, theta: Array, decay: float) -> None:
        optimizers.follow(average, theta, slice(None), decay)


class InLoops:
    """One pass over memory for each method, in `passes.py`; numbers that are too small are 0 there."""

    def __init__(self, config: TrainingConfig) -> None:
        from charmlp.training.steps import passes  # imports Numba

        self.passes = passes
        self.activation = calculus.ACTIVATIONS[config.act_type]
        self.clip_norm = config.clip_norm

    def running(self) -> AbstractContextManager[object]:
        return self.passes.subnormals_flushed()

    def forward(self, z: Array, bias: Array, y: Array, activated: bool) -> Array:
        if not activated:
            self.passes.add_bias_and_activate(IDENTITY, with_spaces(z), bias, with_spaces(z))
            return z
        self.passes.add_bias_and_activate(self.activation, with_spaces(z), bias, with_spaces(y))
        return y

    def backward(self, gradient: Array, z: Array, y: Array, activated: bool, bias_gradient: Array) -> Array:
        activation = self.activation if activated else IDENTITY
        saved = z if activation.saved == "x" else y
        self.passes.activate_backward_and_sum(
            activation, with_spaces(gradient), with_spaces(saved), bias_gradient
        )
        return gradient

    def update(
        self, optimizer: Any, theta: Array, gradients: Array, lr: float, scale: float, keep: float
    ) -> None:
        self.passes.clip_and_move(optimizer, theta, gradients, self.clip_norm, lr, scale, keep)

    def follow(self, average: Array, theta: Array, decay: float) -> None:
        self.passes.follow(average, theta, decay)


IDENTITY = calculus.ACTIVATIONS["none"]
