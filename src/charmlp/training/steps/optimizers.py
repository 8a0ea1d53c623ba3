"""The optimizers, with PyTorch's definitions and defaults, written once for NumPy and for compiled loops.

θ parameters, g gradients, η learning rate, t number of the update from 1. Weight decay λ is the L2 penalty
g ← g + λθ, but for AdamW, which shrinks the weights themselves: θ ← (1 − ηλ)θ (Loshchilov and Hutter 2019).
Formulas: the pages of `torch.optim`; tests hold each one against PyTorch's own.

An optimizer is a tuple of what it remembers, and a rule that moves θ[i], or a part of θ where i is a slice.
The rules are computed as they stand on NumPy arrays, and compiled as they stand in loops where i is a number:
the loop around the rule then takes one pass over memory. So are clipping and the moving average.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from charmlp.calculus.elements import Array, scaled
from charmlp.config import TrainingConfig
from charmlp.system.memory import aligned_zeros
from charmlp.training.schedule import average_decay

BETA1, BETA2 = 0.9, 0.999  # of Adam


class SGD(NamedTuple):
    """v ← μv + g;  θ ← θ − ηv  (Sutskever et al. 2013, without dampening).

    Two steps with numbers: docs/derivations/optimizers.md.
    """

    decay: float
    momentum: float
    velocity: Array


def sgd(own: SGD, theta: Array, i: Any, g: Any, lr: float, scale: float, keep: float) -> None:
    real = theta.dtype.type
    v = own.velocity[i]
    v *= real(own.momentum)
    v += g
    own.velocity[i] = v
    theta[i] -= scaled(v, real(lr), g)  # g is not needed any more


class Adagrad(NamedTuple):
    """s ← s + g²;  θ ← θ − η g/(√s + ε)  (Duchi et al. 2011).

    Two steps with numbers: docs/derivations/optimizers.md.
    """

    decay: float
    epsilon: float
    sum_of_squares: Array


def adagrad(own: Adagrad, theta: Array, i: Any, g: Any, lr: float, scale: float, keep: float) -> None:
    real = theta.dtype.type
    s = own.sum_of_squares[i] + g * g
    own.sum_of_squares[i] = s
    theta[i] -= real(lr) * g / (np.sqrt(s) + real(own.epsilon))


class RMSprop(NamedTuple):
    """s ← αs + (1−α)g²;  θ ← θ − η g/(√s + ε)  (Tieleman and Hinton 2012, lecture 6e).

    Two steps with numbers: docs/derivations/optimizers.md.
    """

    decay: float
    alpha: float
    epsilon: float
    mean_square: Array


def rmsprop(own: RMSprop, theta: Array, i: Any, g: Any, lr: float, scale: float, keep: float) -> None:
    real = theta.dtype.type
    s = real(own.alpha) * own.mean_square[i] + real(1 - own.alpha) * (g * g)
    own.mean_square[i] = s
    theta[i] -= real(lr) * g / (np.sqrt(s) + real(own.epsilon))


class Adam(NamedTuple):
    """m ← β₁m + (1−β₁)g;  s ← β₂s + (1−β₂)g²;  θ ← θ − η m̂/(√ŝ + ε)  (Kingma and Ba 2015).

    m̂ = m/(1−β₁ᵗ) and ŝ = s/(1−β₂ᵗ) undo the start from zero: `rates` puts them into η and `scale`.
    Two steps with numbers: docs/derivations/optimizers.md.
    """

    decay: float
    beta1: float
    beta2: float
    epsilon: float
    mean: Array
    mean_square: Array


def adam(own: Adam, theta: Array, i: Any, g: Any, lr: float, scale: float, keep: float) -> None:
    real = theta.dtype.type
    m = real(own.beta1) * own.mean[i] + real(1 - own.beta1) * g
    s = real(own.beta2) * own.mean_square[i] + real(1 - own.beta2) * (g * g)
    own.mean[i], own.mean_square[i] = m, s
    theta[i] = real(keep) * theta[i] - real(lr) * m / (np.sqrt(s) * real(scale) + real(own.epsilon))


class Adadelta(NamedTuple):
    """s ← ρs + (1−ρ)g²;  Δ = g √(d+ε)/√(s+ε);  d ← ρd + (1−ρ)Δ²;  θ ← θ − ηΔ  (Zeiler 2012).

    Two steps with numbers: docs/derivations/optimizers.md.
    """

    decay: float
    rho: float
    epsilon: float
    mean_square: Array
    mean_square_step: Array


def adadelta(own: Adadelta, theta: Array, i: Any, g: Any, lr: float, scale: float, keep: float) -> None:
    real = theta.dtype.type
    s = real(own.rho) * own.mean_square[i] + real(1 - own.rho) * (g * g)
    step = g * np.sqrt((own.mean_square_step[i] + real(own.epsilon)) / (s + real(own.epsilon)))
    own.mean_square[i] = s
    own.mean_square_step[i] = real(own.rho) * own.mean_square_step[i] + real(1 - own.rho) * (step * step)
    theta[i] -= real(lr) * step


RULES: dict[type, Callable[..., None]] = {
    SGD: sgd,
    Adagrad: adagrad,
    RMSprop: rmsprop,
    Adam: adam,
    Adadelta: adadelta,
}


def update(optimizer: Any, theta: Array, i: Any, gradient: Any, lr: float, scale: float, keep: float) -> None:
    """Move the parameter number i in place."""
    if optimizer.decay:
        gradient = with_decay(optimizer, theta, i, gradient)
    RULES[type(optimizer)](optimizer, theta, i, gradient, lr, scale, keep)


def with_decay(optimizer: Any, theta: Array, i: Any, gradient: Any) -> Any:
    """g + λθ: the gradient of the loss with the L2 penalty λ‖θ‖²/2 (docs/derivations/regularisation.md)."""
    return gradient + theta.dtype.type(optimizer.decay) * theta[i]


def clip_factor(norm: float, largest_norm: float) -> float:
    """min(1, c / (‖g‖ + 10⁻⁶)), by which all gradients are multiplied: `torch.nn.utils.clip_grad_norm_`."""
    return min(1.0, largest_norm / (norm + 1e-6))


def follow(average: Array, theta: Array, i: Any, decay: float) -> None:
    """a ← a + (1 − d)(θ − a), the moving average of the parameters."""
    average[i] += theta.dtype.type(1 - decay) * (theta[i] - average[i])


def rates(config: TrainingConfig, learning_rates: Array, done: int) -> Array:
    """What depends on the number t of the update alone: rows (η, scale, keep, d) from `done` + 1 on.

    Adam's η/(1−β₁ᵗ) and 1/√(1−β₂ᵗ); AdamW's 1 − ηλ, which shrinks the weights; the average's decay. Without
    them (η, 1, 1, 1).
    """
    t = done + 1 + np.arange(len(learning_rates))
    found = np.ones((len(t), 4))
    found[:, 0] = learning_rates
    if config.optimizer == "adamw":
        found[:, 2] -= found[:, 0] * config.weight_decay
    if config.optimizer in ("adam", "adamw"):
        found[:, 0] /= 1 - BETA1**t
        found[:, 1] /= np.sqrt(1 - BETA2**t)
    if config.ema_decay:
        found[:, 3] = [average_decay(config, number) for number in t.tolist()]
    return found


def make_optimizer(config: TrainingConfig, like: Array) -> Any:
    """The optimizer that the settings ask for, its memory shaped like the flat buffer `like`."""
    decay = config.weight_decay
    zeros = functools.partial(aligned_zeros, like.shape, like.dtype)
    made = {
        "sgd": lambda: SGD(decay, config.momentum, zeros()),
        "adagrad": lambda: Adagrad(decay, 1e-10, zeros()),
        "rmsprop": lambda: RMSprop(decay, 0.99, 1e-8, zeros()),
        "adam": lambda: Adam(decay, BETA1, BETA2, 1e-8, zeros(), zeros()),
        "adamw": lambda: Adam(0.0, BETA1, BETA2, 1e-8, zeros(), zeros()),  # shrinks weights by `keep` instead
        "adadelta": lambda: Adadelta(decay, 0.9, 1e-6, zeros(), zeros()),
    }
    return made[config.optimizer]()
