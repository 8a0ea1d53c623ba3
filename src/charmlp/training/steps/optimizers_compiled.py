"""The rules of `optimizers.py`, clipping and the moving average, compiled as they stand.

Importing this file imports Numba.
"""

from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from charmlp.calculus.elements import Array
from charmlp.system.compiling import OPTIONS, inlined, part_of_compiled
from charmlp.training.steps.optimizers import RULES, clip_factor, follow, with_decay
from charmlp.training.steps.optimizers import update as update  # for loops, where it means what is below

COMPILED_RULES: dict[type, Any] = {kind: part_of_compiled(rule) for kind, rule in RULES.items()}
compiled_with_decay = part_of_compiled(with_decay)
compiled_clip_factor = part_of_compiled(clip_factor)
compiled_follow = part_of_compiled(follow)


@overload(update, jit_options=OPTIONS)
def compiled_update(optimizer, theta, i, gradient, lr, scale, keep):
    """What `update` means in compiled code: the rule of that kind of optimizer, and no other."""
    assert isinstance(optimizer, types.NamedTuple)
    rule = COMPILED_RULES[optimizer.instance_class]
    return lambda optimizer, theta, i, gradient, lr, scale, keep: rule(
        optimizer, theta, i, compiled_with_decay(optimizer, theta, i, gradient), lr, scale, keep
    )


@inlined
def clip(gradients: Array, largest_norm: float) -> None:
    """Scale the gradients where their norm is larger (`optimizers.clip_factor`)."""
    squares = 0.0
    for i in range(len(gradients)):
        squares += gradients[i] * gradients[i]
    factor = gradients.dtype.type(compiled_clip_factor(np.sqrt(squares), largest_norm))
    for i in range(len(gradients)):
        gradients[i] *= factor


@inlined
def move_some(
    optimizer: Any, theta: Array, gradients: Array, first: int, stop: int,
    lr: float, scale: float, keep: float,
) -> None:  # fmt: skip
    """Move the parameters from `first` to before `stop` by their gradients."""
    for i in range(np.uintp(first), np.uintp(stop)):
        update(optimizer, theta, i, gradients[i], lr, scale, keep)


@inlined
def follow_all(average: Array, theta: Array, decay: float) -> None:
    """Let the moving average of every parameter follow."""
    for i in range(np.uintp(len(theta))):
        compiled_follow(average, theta, i, decay)
