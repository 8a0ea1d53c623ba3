"""What the analytic step does beside matrix products: on NumPy, or, for many parameters, in compiled loops.

NumPy takes one pass over memory for each operation, and a training step has some twenty of them that are no
product. On small nets, which stay in the processor's cache, that costs little, and Numba need not be loaded.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.config import ACTIVATIONS, TrainingConfig
from charmlp.system.memory import with_spaces
from charmlp.training.optimizers import SGD, update

Array = NDArray[Any]

MANY_PARAMETERS = 100_000  # from here on compiled loops pay for their start
BLOCK = 16_384  # parameters that NumPy moves at a time: 64 kB


class Elementwise(Protocol):
    """All in place. `activated` says whether the layer has an activation behind it."""

    def running(self) -> AbstractContextManager[object]:
        """Around a run of updates."""
        ...

    def forward(self, y: Array, bias: Array, activated: bool) -> None:
        """y ← f(y + b)."""
        ...

    def backward(self, gradient: Array, y: Array, activated: bool, bias_gradient: Array) -> None:
        """∂L/∂y ← ∂L/∂y · f′, and ∂L/∂b from it."""
        ...

    def update(
        self, optimizer: Any, theta: Array, gradients: Array, lr: float, scale: float, keep: float
    ) -> None:
        """Clip the gradients, which may be overwritten, and let the optimizer move the parameters."""
        ...

    def follow(self, average: Array, theta: Array, decay: float) -> None:
        """a ← a + (1 − d)(θ − a)."""
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

    def forward(self, y: Array, bias: Array, activated: bool) -> None:
        y += bias
        if activated:
            self.activation.forward(y, out=y)

    def backward(self, gradient: Array, y: Array, activated: bool, bias_gradient: Array) -> None:
        if activated:
            self.activation.backward(gradient, y, out=gradient)
        calculus.linear_backward_bias(gradient, out=bias_gradient)

    def update(
        self, optimizer: Any, theta: Array, gradients: Array, lr: float, scale: float, keep: float
    ) -> None:
        if self.clip_norm:
            clip(gradients, self.clip_norm)
        if isinstance(optimizer, SGD):
            sgd_in_place(optimizer, theta, gradients, lr)
            return
        for first in range(0, len(theta), BLOCK):
            block = slice(first, first + BLOCK)
            update(optimizer, theta, block, gradients[block], lr, scale, keep)

    def follow(self, average: Array, theta: Array, decay: float) -> None:
        difference = theta - average
        difference *= 1 - decay
        average += difference


class InLoops:
    """One pass over memory for each method, in `passes.py`; numbers that are too small are 0 there."""

    def __init__(self, config: TrainingConfig) -> None:
        from charmlp.training import loops, passes  # imports Numba

        self.passes, self.none = passes, loops.NONE
        self.kind = ACTIVATIONS.index(config.act_type)
        self.clip_norm = config.clip_norm

    def running(self) -> AbstractContextManager[object]:
        return self.passes.subnormals_flushed()

    def forward(self, y: Array, bias: Array, activated: bool) -> None:
        kind = self.kind if activated else self.none
        self.passes.add_bias_and_activate(kind, with_spaces(y), bias)

    def backward(self, gradient: Array, y: Array, activated: bool, bias_gradient: Array) -> None:
        kind = self.kind if activated else self.none
        self.passes.activate_backward_and_sum(kind, with_spaces(gradient), with_spaces(y), bias_gradient)

    def update(
        self, optimizer: Any, theta: Array, gradients: Array, lr: float, scale: float, keep: float
    ) -> None:
        self.passes.update_all(optimizer, theta, gradients, self.clip_norm, lr, scale, keep)

    def follow(self, average: Array, theta: Array, decay: float) -> None:
        self.passes.follow_all(average, theta, decay)


def clip(gradients: Array, largest_norm: float) -> None:
    """g ← g · min(1, c / (‖g‖ + 10⁻⁶)), as `torch.nn.utils.clip_grad_norm_`."""
    norm = float(np.sqrt(np.vdot(gradients, gradients)))
    gradients *= min(1.0, largest_norm / (norm + 1e-6))


def sgd_in_place(own: SGD, theta: Array, gradients: Array, lr: float) -> None:
    """The rule of `optimizers.sgd` without a new array: on small nets it is a third of an update."""
    if own.decay:
        gradients += own.decay * theta
    velocity = own.velocity
    velocity *= own.momentum
    velocity += gradients
    np.multiply(velocity, lr, out=gradients)
    theta -= gradients
