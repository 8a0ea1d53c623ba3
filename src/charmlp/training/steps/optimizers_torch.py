"""The rules of `optimizers.py` as a few torch operations on whole flat tensors, in place.

Formulas, names and what is remembered are those of `optimizers.py`; tests hold each rule against PyTorch's
own optimizer. Why not the same lines for both: those read the rates as numbers, where a captured graph must
read tensors (they change with every update), and are written for one pass over blocks or in a compiled loop,
where a GPU wants few operations, each of which is a launch and a pass over memory.

`g` is the gradient, weight decay added, and is overwritten; `lr` (η) and `scale` are tensors of one number.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.training.steps import optimizers


def sgd(own: Any, theta: Tensor, g: Tensor, lr: Tensor, scale: Tensor) -> None:
    own.velocity.mul_(own.momentum).add_(g)
    theta.addcmul_(own.velocity, lr, value=-1)


def adagrad(own: Any, theta: Tensor, g: Tensor, lr: Tensor, scale: Tensor) -> None:
    own.sum_of_squares.addcmul_(g, g)
    theta.addcmul_(g.div_(own.sum_of_squares.sqrt().add_(own.epsilon)), lr, value=-1)


def rmsprop(own: Any, theta: Tensor, g: Tensor, lr: Tensor, scale: Tensor) -> None:
    own.mean_square.mul_(own.alpha).addcmul_(g, g, value=1 - own.alpha)
    theta.addcmul_(g.div_(own.mean_square.sqrt().add_(own.epsilon)), lr, value=-1)


def adam(own: Any, theta: Tensor, g: Tensor, lr: Tensor, scale: Tensor) -> None:
    own.mean.lerp_(g, 1 - own.beta1)
    own.mean_square.mul_(own.beta2).addcmul_(g, g, value=1 - own.beta2)
    torch.sqrt(own.mean_square, out=g).mul_(scale).add_(own.epsilon)
    theta.addcmul_(torch.div(own.mean, g, out=g), lr, value=-1)


def adadelta(own: Any, theta: Tensor, g: Tensor, lr: Tensor, scale: Tensor) -> None:
    own.mean_square.mul_(own.rho).addcmul_(g, g, value=1 - own.rho)
    step = g.mul_(((own.mean_square_step + own.epsilon) / (own.mean_square + own.epsilon)).sqrt_())
    own.mean_square_step.mul_(own.rho).addcmul_(step, step, value=1 - own.rho)
    theta.addcmul_(step, lr, value=-1)


RULES: dict[type, Callable[[Any, Tensor, Tensor, Tensor, Tensor], None]] = {
    optimizers.SGD: sgd,
    optimizers.Adagrad: adagrad,
    optimizers.RMSprop: rmsprop,
    optimizers.Adam: adam,
    optimizers.Adadelta: adadelta,
}


class FlatOptimizer:
    """The optimizer that the settings ask for, and what it remembers: tensors shaped like the parameters."""

    def __init__(self, config: TrainingConfig, like: Array, device: torch.device) -> None:
        own = optimizers.make_optimizer(config, like)
        fields = [torch.from_numpy(x).to(device) if isinstance(x, np.ndarray) else x for x in own]
        self.own = type(own)(*fields)
        self.rule = RULES[type(own)]
        self.shrinks = config.optimizer == "adamw" and config.weight_decay > 0

    def move(self, theta: Tensor, gradients: Tensor, lr: Tensor, scale: Tensor, keep: Tensor) -> None:
        """Move all parameters in place; `gradients` is overwritten."""
        if self.own.decay:
            gradients.add_(theta, alpha=self.own.decay)
        if self.shrinks:
            theta.mul_(keep)
        self.rule(self.own, theta, gradients, lr, scale)
