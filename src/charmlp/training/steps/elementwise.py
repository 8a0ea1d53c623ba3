"""What the analytic step does beside matrix products: on NumPy, or, for many parameters, in compiled loops.

NumPy takes one pass over memory for each operation, and a training step has some twenty of them that are no
product. On small nets, which stay in the processor's cache, that costs little, and Numba need not be loaded.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from charmlp import calculus
from charmlp.calculus import Activation
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.system.memory import with_spaces
from charmlp.training.steps import optimizers

MANY_PARAMETERS = 100_000  # from here on compiled loops pay for their start


class OnNumPy:
    """One NumPy call for each operation."""

    def __init__(self, config: TrainingConfig) -> None:
        self.clip_norm = config.clip_norm

    def running(self) -> AbstractContextManager[object]:
        """Around a run of updates."""
        return nullcontext()

    def forward(self, z: Array, bias: Array, y: Array, f: Activation) -> Array:
        """z ← z + b, in place, and f(z), which may lie in the memory of `y`."""
        z += bias
        return f(z)

    def backward(self, gradient: Array, z: Array, y: Array, f: Activation, bias_gradient: Array) -> Array:
        """∂L/∂z from ∂L/∂y, perhaps in its place, and ∂L/∂b = Σₙ of it in `bias_gradient`."""
        gradient = f.input_gradient(gradient, z, y)
        calculus.linear_backward_bias(gradient, out=bias_gradient)
        return gradient

    def update(self, optimizer: Any, theta: Array, gradients: Array, *rate: float) -> None:
        """Clip the gradients, which may be overwritten, and let the optimizer move the parameters.

        `rate` is lr, scale and keep (`optimizers.rates`).
        """
        if self.clip_norm:
            norm = float(np.sqrt(np.vdot(gradients, gradients)))
            gradients *= optimizers.clip_factor(norm, self.clip_norm)
        optimizers.update(optimizer, theta, slice(None), gradients, *rate)

    def follow(self, average: Array, theta: Array, decay: float) -> None:
        """Let the moving average of the parameters follow."""
        optimizers.follow(average, theta, slice(None), decay)


class InLoops(OnNumPy):
    """One pass over memory for each method, in `passes.py`; numbers that are too small are 0 there."""

    def __init__(self, config: TrainingConfig) -> None:
        from charmlp.training.steps import passes  # imports Numba

        super().__init__(config)
        self.passes = passes

    def running(self) -> AbstractContextManager[object]:
        return self.passes.subnormals_flushed()

    def forward(self, z: Array, bias: Array, y: Array, f: Activation) -> Array:
        self.passes.add_bias_and_activate(f, with_spaces(z), bias, with_spaces(y))
        return y

    def backward(self, gradient: Array, z: Array, y: Array, f: Activation, bias_gradient: Array) -> Array:
        saved = with_spaces(z if f.saved == "x" else y)
        self.passes.activate_backward_and_sum(f, with_spaces(gradient), saved, bias_gradient)
        return gradient

    def update(self, optimizer: Any, theta: Array, gradients: Array, *rate: float) -> None:
        self.passes.clip_and_move(optimizer, theta, gradients, self.clip_norm, *rate)

    def follow(self, average: Array, theta: Array, decay: float) -> None:
        self.passes.follow(average, theta, decay)


def make_elementwise(config: TrainingConfig, parameters: int) -> OnNumPy:
    return InLoops(config) if parameters >= MANY_PARAMETERS else OnNumPy(config)
