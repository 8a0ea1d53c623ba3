"""The optimizers on one flat buffer of parameters, with PyTorch's definitions and defaults.

Each takes θ (parameters) and g (gradients, which it may overwrite) and moves θ in place. Weight decay λ is
the L2 penalty g ← g + λθ, but for AdamW, which shrinks the weights themselves. Formulas: the pages of
`torch.optim`; tests hold each one against PyTorch's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from charmlp.config import TrainingConfig

Array = NDArray[Any]


class Optimizer(Protocol):
    """One update of the parameters in place."""

    def update(self, parameters: Array, gradients: Array, lr: float) -> None: ...


class SGD:
    """v ← μv + g;  θ ← θ − ηv  (Sutskever et al. 2013, without dampening)."""

    def __init__(self, like: Array, momentum: float) -> None:
        self.momentum = momentum
        self.velocity = np.zeros_like(like)
        self.scratch = np.empty_like(like)

    def update(self, parameters: Array, gradients: Array, lr: float) -> None:
        self.velocity *= self.momentum
        self.velocity += gradients
        np.multiply(self.velocity, lr, out=self.scratch)
        parameters -= self.scratch


class Adagrad:
    """s ← s + g²;  θ ← θ − η g/(√s + ε)  (Duchi et al. 2011)."""

    epsilon = 1e-10

    def __init__(self, like: Array) -> None:
        self.sum_of_squares = np.zeros_like(like)
        self.scratch = np.empty_like(like)

    def update(self, parameters: Array, gradients: Array, lr: float) -> None:
        np.multiply(gradients, gradients, out=self.scratch)
        self.sum_of_squares += self.scratch
        np.sqrt(self.sum_of_squares, out=self.scratch)
        self.scratch += self.epsilon
        gradients /= self.scratch
        gradients *= lr
        parameters -= gradients


class RMSprop:
    """s ← αs + (1−α)g²;  θ ← θ − η g/(√s + ε)  (Tieleman and Hinton 2012, lecture 6e)."""

    alpha, epsilon = 0.99, 1e-8

    def __init__(self, like: Array) -> None:
        self.mean_square = np.zeros_like(like)
        self.scratch = np.empty_like(like)

    def update(self, parameters: Array, gradients: Array, lr: float) -> None:
        move_average(self.mean_square, gradients, self.alpha, self.scratch)
        np.sqrt(self.mean_square, out=self.scratch)
        self.scratch += self.epsilon
        gradients /= self.scratch
        gradients *= lr
        parameters -= gradients


class Adam:
    """m ← β₁m + (1−β₁)g;  s ← β₂s + (1−β₂)g²;  θ ← θ − η m̂/(√ŝ + ε)  (Kingma and Ba 2015).

    m̂ = m/(1−β₁ᵗ) and ŝ = s/(1−β₂ᵗ) undo the start from zero at update t.
    """

    beta1, beta2, epsilon = 0.9, 0.999, 1e-8

    def __init__(self, like: Array) -> None:
        self.mean = np.zeros_like(like)
        self.mean_square = np.zeros_like(like)
        self.scratch = np.empty_like(like)
        self.updates = 0

    def update(self, parameters: Array, gradients: Array, lr: float) -> None:
        self.updates += 1
        move_average(self.mean_square, gradients, self.beta2, self.scratch)
        self.mean *= self.beta1
        gradients *= 1 - self.beta1
        self.mean += gradients
        np.sqrt(self.mean_square, out=self.scratch)
        self.scratch /= np.sqrt(1 - self.beta2**self.updates)
        self.scratch += self.epsilon
        np.divide(self.mean, self.scratch, out=self.scratch)
        self.scratch *= lr / (1 - self.beta1**self.updates)
        parameters -= self.scratch


class Adadelta:
    """s ← ρs + (1−ρ)g²;  Δ = g √(d+ε)/√(s+ε);  d ← ρd + (1−ρ)Δ²;  θ ← θ − ηΔ  (Zeiler 2012)."""

    rho, epsilon = 0.9, 1e-6

    def __init__(self, like: Array) -> None:
        self.mean_square = np.zeros_like(like)
        self.mean_square_step = np.zeros_like(like)
        self.scratch = np.empty_like(like)

    def update(self, parameters: Array, gradients: Array, lr: float) -> None:
        move_average(self.mean_square, gradients, self.rho, self.scratch)
        np.add(self.mean_square_step, self.epsilon, out=self.scratch)
        self.scratch /= self.mean_square + self.epsilon
        np.sqrt(self.scratch, out=self.scratch)
        gradients *= self.scratch
        move_average(self.mean_square_step, gradients, self.rho, self.scratch)
        gradients *= lr
        parameters -= gradients


def move_average(average: Array, values: Array, decay: float, scratch: Array) -> None:
    """average ← decay · average + (1 − decay) · values², in place."""
    average *= decay
    np.multiply(values, values, out=scratch)
    scratch *= 1 - decay
    average += scratch


class L2Penalty:
    """g ← g + λθ before the optimizer's own update."""

    def __init__(self, optimizer: Optimizer, weight_decay: float) -> None:
        self.optimizer = optimizer
        self.weight_decay = weight_decay

    def update(self, parameters: Array, gradients: Array, lr: float) -> None:
        gradients += self.weight_decay * parameters
        self.optimizer.update(parameters, gradients, lr)


class DecoupledDecay:
    """θ ← (1 − ηλ)θ before the optimizer's own update (Loshchilov and Hutter 2019)."""

    def __init__(self, optimizer: Optimizer, weight_decay: float) -> None:
        self.optimizer = optimizer
        self.weight_decay = weight_decay

    def update(self, parameters: Array, gradients: Array, lr: float) -> None:
        parameters *= 1 - lr * self.weight_decay
        self.optimizer.update(parameters, gradients, lr)


def make_optimizer(config: TrainingConfig, like: Array) -> Optimizer:
    """The optimizer that the settings ask for, its state shaped like the flat buffer `like`."""
    optimizer: Optimizer
    if config.optimizer == "sgd":
        optimizer = SGD(like, config.momentum)
    else:
        kinds: dict[str, Callable[[Array], Optimizer]] = {
            "adagrad": Adagrad,
            "rmsprop": RMSprop,
            "adam": Adam,
            "adamw": Adam,
            "adadelta": Adadelta,
        }
        optimizer = kinds[config.optimizer](like)
    if not config.weight_decay:
        return optimizer
    decay = DecoupledDecay if config.optimizer == "adamw" else L2Penalty
    return decay(optimizer, config.weight_decay)
