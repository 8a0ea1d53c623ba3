"""What a step is: the part of training that changes the weights. There are three, proven equal in tests.

*compiled*  (`compiled.py`)  small nets: many updates in one function compiled by Numba
*analytic*  (`analytic.py`)  the hand-derived gradients as straight-line NumPy, without autograd
*autograd*  (`autograd.py`)  the modules of `charmlp.nn`, `loss.backward()` and `torch.optim`: the one to read

Whatever is random (order, masks) is drawn outside, by the same functions, so that both do the same.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from charmlp.config import TrainingConfig
from charmlp.errors import UsageError, require_extra
from charmlp.training.parameters import Parameters

Array = NDArray[Any]


class Step(Protocol):
    """Updates the weights batch by batch."""

    @property
    def parameters(self) -> Parameters:
        """The weights as they are now."""
        ...

    def run(self, inputs: Array, labels: Array, learning_rates: Array, masks: np.random.Generator) -> Array:
        """One update for each consecutive batch of inputs N×D and labels N; the losses before each update.

        `learning_rates` holds one rate for each update; dropout draws from the generator `masks`.
        """
        ...

    def averaged(self) -> Parameters:
        """The parameters to validate and to keep: the moving average where there is one."""
        ...


def choose_step(config: TrainingConfig) -> tuple[str, str]:
    """Which step trains, and why, in words."""
    if config.device != "cpu":
        if config.step in ("analytic", "compiled"):
            raise UsageError(
                f"--step {config.step} runs on the processor; --device {config.device} needs autograd"
            )
        return "autograd", f"--device {config.device}"
    if config.step == "auto":
        return "analytic", "the fastest on a processor"
    return config.step, f"--step {config.step}"


def check_step(name: str, config: TrainingConfig) -> None:
    """Raise before long work starts where the step cannot run: no PyTorch, or no such GPU."""
    if name == "autograd":
        require_extra(
            "torch", "torch", f"--device {config.device}" if config.device != "cpu" else "--step autograd"
        )
        from charmlp.training.autograd import check_device

        check_device(config.device)


def make_step(name: str, config: TrainingConfig, parameters: Parameters, class_weights: Array | None) -> Step:
    """The step of that name, starting from (and owning) `parameters`."""
    if name == "analytic":
        from charmlp.training.analytic import AnalyticStep

        return AnalyticStep(config, parameters, class_weights)
    if name == "compiled":
        from charmlp.training.compiled import CompiledStep

        return CompiledStep(config, parameters, class_weights)
    from charmlp.training.autograd import AutogradStep

    return AutogradStep(config, parameters, class_weights)
