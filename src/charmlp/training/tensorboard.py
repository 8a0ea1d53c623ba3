"""A training's figures for TensorBoard, in the run's folder: `train --tensorboard`.

    tensorboard --logdir runs

shows them while training goes on: loss, learning rate and, where there is validation, its loss, accuracy and
macro F1, a point an epoch; and the settings as a text. The files are written by tensorboardX, which is small.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from charmlp.config import to_toml
from charmlp.system.extras import require_extra
from charmlp.system.files import writing
from charmlp.training.callbacks import Callback
from charmlp.training.runfiles import EVENTS
from charmlp.training.runfolder import RunFolder

if TYPE_CHECKING:
    from charmlp.training.state import Epoch
    from charmlp.training.trainer import Trainer

SECONDS_BETWEEN_WRITES = 2.0  # to the disk itself, which takes some milliseconds


class TensorBoard(Callback):
    """Writes event files into a run's folder; raises `MissingExtraError` where tensorboardX is not there."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.files = require_extra("tensorboardX.event_file_writer", "tensorboard", "--tensorboard")
        self.summary = require_extra("tensorboardX.summary", "tensorboard", "--tensorboard")
        self.event = require_extra("tensorboardX.proto.event_pb2", "tensorboard", "--tensorboard").Event
        self.writer: Any = None
        self.written = time.monotonic()

    def training_begins(self, training: Trainer) -> None:
        """Begin anew, for a training that goes on with the epochs that are done."""
        place = self.folder.path / EVENTS
        with self.folder.side_matter(), writing(place):
            place.mkdir(exist_ok=True)
            for earlier in place.glob("events.out.tfevents.*"):
                earlier.unlink()
            self.writer = self.files.EventsWriter(os.fspath(place / "events"))
            settings = "".join(f"    {line}\n" for line in to_toml(training.config).splitlines())  # as code
            self.add(0, self.summary.text("config", settings))
            self.writer.flush()
        for epoch in training.history:
            self.epoch_ends(training, epoch)

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
        if self.writer is None:
            return
        figures = {"loss": epoch.loss, "lr": epoch.lr}
        if (scores := epoch.validation) is not None:
            figures |= {"val_loss": scores.loss, "val_accuracy": scores.accuracy}
            figures |= {"val_macro_f1": scores.macro_f1}
        with self.folder.side_matter(), writing(self.folder.path / EVENTS):
            for name, figure in figures.items():
                self.add(epoch.epoch, self.summary.scalar(name, figure))
            if time.monotonic() - self.written > SECONDS_BETWEEN_WRITES:
                self.writer.flush()
                self.written = time.monotonic()

    def training_ends(self, training: Trainer) -> None:
        if self.writer is not None:
            with self.folder.side_matter(), writing(self.folder.path / EVENTS):
                self.writer.close()

    def add(self, step: int, summary: Any) -> None:
        self.writer.write_event(self.event(step=step, wall_time=time.time(), summary=summary))
