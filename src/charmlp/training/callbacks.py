"""Who hears how a training goes: progress on a terminal, the log, the table of figures, checkpoints, pruning.

message              a line for people
progress             so much of a long preparation is done
training_begins      the first update comes
updates_done         a chunk of updates is done, some fractions of a second after the one before
epoch_ends           an epoch is done, and validated where that is its turn
training_ends        no update comes any more, whatever the reason
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from charmlp.config import TrainingConfig
from charmlp.training.state import Epoch, TrainingState


class StopTraining(Exception):
    """Raised by a callback in `updates_done` or `epoch_ends`: train no more, with what is kept by now."""


class Training(Protocol):
    """What a callback sees of a training under way.

    config   with the number of epochs settled
    updates  done, of `total_updates`
    """

    config: TrainingConfig
    updates: int
    history: list[Epoch]

    @property
    def total_updates(self) -> int: ...

    def state(self) -> TrainingState:
        """All that is needed to go on from here; its arrays hold until the next update."""
        ...


class Callback:
    """Hears how a training goes; this one keeps silent. Others override what they want to hear."""

    def message(self, line: str) -> None: ...

    def progress(self, what: str, done: int, total: int) -> None: ...

    def training_begins(self, training: Training) -> None: ...

    def updates_done(self, training: Training) -> None: ...

    def epoch_ends(self, training: Training, epoch: Epoch) -> None: ...

    def training_ends(self, training: Training) -> None: ...


SILENT = Callback()


class Callbacks(Callback):
    """Several callbacks as one: each hears everything, in their order."""

    def __init__(self, callbacks: Sequence[Callback]) -> None:
        self.all = tuple(callbacks)

    def message(self, line: str) -> None:
        for callback in self.all:
            callback.message(line)

    def progress(self, what: str, done: int, total: int) -> None:
        for callback in self.all:
            callback.progress(what, done, total)

    def training_begins(self, training: Training) -> None:
        for callback in self.all:
            callback.training_begins(training)

    def updates_done(self, training: Training) -> None:
        for callback in self.all:
            callback.updates_done(training)

    def epoch_ends(self, training: Training, epoch: Epoch) -> None:
        for callback in self.all:
            callback.epoch_ends(training, epoch)

    def training_ends(self, training: Training) -> None:
        for callback in self.all:
            callback.training_ends(training)
