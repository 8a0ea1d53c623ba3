"""When a training's state is written down: now and then, and where the training is interrupted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from charmlp.config import Rule
from charmlp.text import shown_path
from charmlp.training.callbacks import Callback
from charmlp.training.checkpoint import Checkpoint
from charmlp.training.runfiles import CHECKPOINT

if TYPE_CHECKING:
    from charmlp.training.runfolder import RunFolder
    from charmlp.training.trainer import Trainer

LEAST_PAUSE = 20.0  # seconds; and of what one checkpoint takes,
TIMES_ITSELF = 200  # so many times: half a percent of a training


class Interval(NamedTuple):
    """How far checkpoints are apart, in updates or in seconds; without either, as seldom as costs nothing."""

    updates: int = 0
    seconds: float = 0.0


def read_interval(text: str) -> Interval:
    """`500` updates, or `60s`."""
    if text.endswith("s"):
        return Interval(seconds=float(text.removesuffix("s")))
    return Interval(updates=int(text))


INTERVAL = Rule(
    "a number of updates, such as 500, or of seconds, such as 60s",
    read_interval,
    lambda interval: 0 < max(interval) < 1e9 and min(interval) == 0,
    "N|Ns",
)


class Saving(Callback):
    """Writes checkpoints into a run's folder, each in the place of the one before it.

    `checkpoint` makes one of a training.
    """

    def __init__(
        self, folder: RunFolder, interval: Interval, checkpoint: Callable[[Trainer], Checkpoint]
    ) -> None:
        self.folder, self.interval, self.checkpoint = folder, interval, checkpoint
        self.path = folder.path / CHECKPOINT
        self.pause = interval.seconds or LEAST_PAUSE
        self.update, self.moment = 0, 0.0  # of the last one

    def training_begins(self, training: Trainer) -> None:
        self.update, self.moment = training.updates, time.perf_counter()

    def updates_done(self, training: Trainer) -> None:
        if self.is_due(training):
            self.save(training)

    def is_due(self, training: Trainer) -> bool:
        if self.interval.updates:
            return training.updates - self.update >= self.interval.updates
        return time.perf_counter() - self.moment >= self.pause

    def save(self, training: Trainer) -> None:
        """Write one; what hinders that is told, and the training goes on with the one before."""
        checkpoint, start = self.checkpoint(training), time.perf_counter()
        with self.folder.side_matter():
            if not self.path.parent.is_dir():
                self.folder.tell(f"note: {shown_path(self.path.parent)} was removed; it is made again")
            checkpoint.write(self.path)
        self.update, self.moment = training.updates, time.perf_counter()
        if not any(self.interval):
            self.pause = max(LEAST_PAUSE, TIMES_ITSELF * (self.moment - start))

    def training_ends(self, training: Trainer) -> None:
        if isinstance(training.stopped, KeyboardInterrupt) and training.is_whole:
            self.save(training)
