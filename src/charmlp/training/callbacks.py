"""Who hears how a training goes: progress on a terminal, the log, the table of figures, checkpoints, pruning.

message              a line for people
detail               a line for those who want to know more: what was chosen and why, how long it took
progress             so much of a long preparation is done
training_begins      the first update comes
updates_done         a chunk of updates is done, some fractions of a second after the one before
epoch_ends           an epoch is done, and validated where that is its turn
training_ends        no update comes any more, whatever the reason

The training that they are handed is the `Trainer`. What they may look at: `config`, with the number of epochs
settled; `updates` done of `total_updates`; `history`, an `Epoch` for each that is done; and `state()`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charmlp.training.state import Epoch
    from charmlp.training.trainer import Trainer


class StopTraining(Exception):
    """Raised by a callback in `updates_done` or `epoch_ends`: train no more, with what is kept by now."""


class Callback:
    """Hears how a training goes; this one keeps silent. Others override what they want to hear."""

    def message(self, line: str) -> None: ...

    def detail(self, line: str) -> None: ...

    def progress(self, what: str, done: int, total: int) -> None: ...

    def training_begins(self, training: Trainer) -> None: ...

    def updates_done(self, training: Trainer) -> None: ...

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None: ...

    def training_ends(self, training: Trainer) -> None: ...


SILENT = Callback()


class Callbacks(Callback):
    """Several callbacks as one: each hears everything, in their order."""

    def __init__(self, callbacks: Sequence[Callback]) -> None:
        self.all = tuple(callbacks)


def _tell_all(event: str) -> Callable[..., None]:
    def tell(self: Callbacks, *what: Any) -> None:
        for callback in self.all:
            getattr(callback, event)(*what)

    return tell


for _event in [name for name in vars(Callback) if not name.startswith("_")]:
    setattr(Callbacks, _event, _tell_all(_event))


@contextmanager
def timed(callbacks: Callback, what: str) -> Iterator[None]:
    """Tell how long it took."""
    start = time.perf_counter()
    yield
    callbacks.detail(f"{what}: {time.perf_counter() - start:.1f} s")
