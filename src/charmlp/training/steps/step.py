"""What a step offers, and what all of them do alike."""

from abc import ABC, abstractmethod
from typing import Any

from numpy.random import Generator

from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.system.ranks import ALONE, Ranks
from charmlp.training.shares import Share
from charmlp.training.state import StepState
from charmlp.training.steps.dropout import Dropout
from charmlp.training.steps.optimizers import make_optimizer
from charmlp.training.steps.parameters import Parameters


class Step(ABC):
    """Updates the weights batch by batch. `parameters` are the weights as they are now."""

    parameters: Parameters

    def __init__(
        self,
        config: TrainingConfig,
        start: Parameters,
        class_weights: Array | None = None,
        ranks: Ranks = ALONE,
    ) -> None:
        self.config, self.sizes, self.class_weights, self.ranks = config, start.sizes, class_weights, ranks
        self.dropout = Dropout(config, start.sizes)
        self.updates = 0

    @abstractmethod
    def advance(
        self,
        inputs: Array,
        labels: Array,
        learning_rates: Array,
        masks: Generator,
        weights: Array | None = None,
    ) -> Array:
        """One update for each consecutive batch of inputs N×D and labels N; the losses before each update.

        Labels N×K of 0 and 1 are K choices for each example, and a batch's loss the sum of their losses.

        `learning_rates` holds one rate for each update; dropout draws from the generator `masks`. An example
        counts in its batch's loss as often as its number in `weights` says, N above 0: as that many copies.

        Of several ranks, each is given the inputs of its own rows (`training.shares`), and all else of the
        whole batches, whose updates and losses these are: to the same bits on all ranks.
        """

    def draw(self, masks: Generator, n: int, own: Share) -> Array:
        """The bytes of dropout for its own ones of the next n images."""
        if self.ranks.count == 1:
            return self.dropout.draw(masks, n)
        return self.dropout.draw_parts(masks, n, own.parts)

    @abstractmethod
    def averaged(self) -> Parameters:
        """The parameters to validate and to keep: the moving average where there is one."""

    @abstractmethod
    def memory(self) -> dict[str, Any]:
        """What an update changes, by the names of `StepState`."""

    def state(self) -> StepState:
        """What `restore` needs to go on from here."""
        return StepState({name: self.export(part) for name, part in self.memory().items()}, self.updates)

    def restore(self, state: StepState) -> None:
        """Go on from a state; raises `CharmlpError` where it is that of another net or optimizer."""
        self.state().check_fits(state)
        for name, part in self.memory().items():
            self.load(part, state.arrays[name])
        self.updates = state.updates

    def export(self, part: Any) -> Array:
        """A part of the memory as a flat array."""
        return part

    def load(self, part: Any, values: Array) -> None:
        """Put a flat array into a part of the memory."""
        part[...] = values


class ArrayStep(Step):
    """On NumPy arrays; owns the parameters that it starts from."""

    def __init__(
        self,
        config: TrainingConfig,
        start: Parameters,
        class_weights: Array | None = None,
        ranks: Ranks = ALONE,
    ) -> None:
        super().__init__(config, start, class_weights, ranks)
        self.parameters = start
        self.average = start.copy() if config.ema_decay else None
        self.optimizer = make_optimizer(config, start.flat)

    def averaged(self) -> Parameters:
        return self.parameters if self.average is None else self.average

    def memory(self) -> dict[str, Array]:
        average = None if self.average is None else self.average.flat
        return by_name(self.parameters.flat, average, self.optimizer)


def by_name(parameters: Any, average: Any, optimizer: Any) -> dict[str, Any]:
    """Arrays or tensors by name; an optimizer is a tuple of settings and of what it remembers."""
    found = {"parameters": parameters} | ({} if average is None else {"average": average})
    memory = {k: v for k, v in optimizer._asdict().items() if not isinstance(v, int | float)}
    return found | {f"optimizer.{name}": array for name, array in memory.items()}
