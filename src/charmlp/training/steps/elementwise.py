"""What the analytic step does beside matrix products: on NumPy, or, for many parameters, in compiled loops.

NumPy takes one pass over memory for each operation, and a training step has some twenty of them that are no
product. On small nets, which stay in the processor's cache, that costs little, and Numba need not be loaded.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from charmlp.calculus import Activation
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.system import threads
from charmlp.system.memory import with_spaces
from charmlp.training.steps import optimizers
from charmlp.training.steps.dropout import Dropout

MANY_PARAMETERS = 100_000  # from here on compiled loops pay for their start
MANY_PRODUCTS = 2**25  # of parameters and images of a batch, likewise: two cores then share them

Part = TypeVar("Part")


class OnNumPy:
    """One NumPy call for each operation."""

    def __init__(self, config: TrainingConfig) -> None:
        self.clip_norm = config.clip_norm

    def blocks(self, count: int, size: int) -> list[slice]:
        """Into which parts work on `count` rows, units or parameters is cut: into none."""
        return [slice(0, count)]

    def each(self, task: Callable[[Part], object], parts: Sequence[Part]) -> None:
        """Do the task for every part."""
        for part in parts:
            task(part)

    def drop(self, dropout: Dropout, x: Array, drawn: Array, layer: int, out: Array | None) -> Array:
        """The inputs of a layer, or their gradients, with some dropped, in `out`; `x` where none are."""
        return dropout.drop(x, drawn, layer, out)

    def forward(self, z: Array, bias: Array, y: Array, f: Activation) -> Array:
        """z ← z + b, in place, and f(z), which may lie in the memory of `y`."""
        z += bias
        return f(z)

    def backward(self, gradient: Array, z: Array, y: Array, f: Activation) -> Array:
        """∂L/∂z from ∂L/∂y, perhaps in its place."""
        return f.input_gradient(gradient, z, y)

    def clip(self, gradients: Array) -> None:
        """Scale the gradients where their norm is too large."""
        norm = float(np.sqrt(np.vdot(gradients, gradients)))
        gradients *= optimizers.clip_factor(norm, self.clip_norm)

    def update(
        self, optimizer: Any, theta: Array, gradients: Array, average: Array | None, part: slice,
        lr: float, scale: float, keep: float, decay: float,
    ) -> None:  # fmt: skip
        """Let the optimizer move a part of the parameters by their gradients, which may be overwritten.

        Where there is a moving average, it follows. The four numbers are a row of `optimizers.rates`.
        """
        optimizers.update(optimizer, theta, part, gradients[part], lr, scale, keep)
        if average is not None:
            optimizers.follow(average, theta, part, decay)


class InLoops(OnNumPy):
    """One pass over memory for each method, in `passes.py`, on all cores; too small numbers are 0."""

    def __init__(self, config: TrainingConfig) -> None:
        from charmlp.training.steps import passes  # imports Numba

        super().__init__(config)
        self.passes = passes

    def blocks(self, count: int, size: int) -> list[slice]:
        return threads.blocks(count, size)

    def each(self, task: Callable[[Part], object], parts: Sequence[Part]) -> None:
        def flushed(part: Part) -> None:
            with self.passes.subnormals_flushed():  # a mode of each thread
                task(part)

        threads.each(flushed, parts)

    def drop(self, dropout: Dropout, x: Array, drawn: Array, layer: int, out: Array | None) -> Array:
        if not (dropped := dropout.dropped[layer]):
            return x
        assert out is not None
        column, width = dropout.columns[layer], dropout.sizes[layer]
        self.passes.drop(with_spaces(x), drawn, column, width, dropped, with_spaces(out))
        return out

    def forward(self, z: Array, bias: Array, y: Array, f: Activation) -> Array:
        self.passes.add_bias_and_activate(f, with_spaces(z), bias, with_spaces(y))
        return y

    def backward(self, gradient: Array, z: Array, y: Array, f: Activation) -> Array:
        self.passes.activate_backward(f, with_spaces(gradient), with_spaces(z if f.saved == "x" else y))
        return gradient

    def clip(self, gradients: Array) -> None:
        self.passes.clip(gradients, self.clip_norm)

    def update(
        self, optimizer: Any, theta: Array, gradients: Array, average: Array | None, part: slice,
        *rate: float,
    ) -> None:  # fmt: skip
        followed = theta[:0] if average is None else average
        self.passes.move(optimizer, theta, gradients, followed, part.start, part.stop, *rate)


def make_elementwise(config: TrainingConfig, parameters: int) -> OnNumPy:
    return InLoops(config) if pays_in_loops(config, parameters) else OnNumPy(config)


def pays_in_loops(config: TrainingConfig, parameters: int) -> bool:
    return parameters >= MANY_PARAMETERS or parameters * config.batch_size >= MANY_PRODUCTS
