"""What the steps on NumPy arrays have in common: parameters, average, optimizer, and their state."""

from __future__ import annotations

from typing import Any

from charmlp.config import TrainingConfig
from charmlp.training.state import StepState
from charmlp.training.steps.dropout import Dropout
from charmlp.training.steps.optimizers import make_optimizer
from charmlp.training.steps.parameters import Parameters


class ArrayStep:
    """Holds what an update changes, gives it as a state, and takes it up again."""

    def __init__(self, config: TrainingConfig, parameters: Parameters) -> None:
        self.config = config
        self.parameters = parameters
        self.average = parameters.copy() if config.ema_decay else None
        self.optimizer = make_optimizer(config, parameters.flat)
        self.dropout = Dropout(config, parameters.sizes)
        self.updates = 0

    def averaged(self) -> Parameters:
        return self.parameters if self.average is None else self.average

    def state(self) -> StepState:
        average = None if self.average is None else self.average.flat
        return StepState(by_name(self.parameters.flat, average, self.optimizer), self.updates)

    def restore(self, state: StepState) -> None:
        own = self.state()
        own.check_fits(state)
        for name, array in own.arrays.items():
            array[...] = state.arrays[name]
        self.updates = state.updates


def by_name(parameters: Any, average: Any, optimizer: Any) -> dict[str, Any]:
    """A step's arrays or tensors; an optimizer is a tuple of settings and of what it remembers."""
    found = {"parameters": parameters} | ({} if average is None else {"average": average})
    memory = {k: v for k, v in optimizer._asdict().items() if not isinstance(v, int | float)}
    return found | {f"optimizer.{name}": array for name, array in memory.items()}
