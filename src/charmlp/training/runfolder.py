"""A run's folder: its settings, figures by epoch, log and model."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.config import to_toml
from charmlp.errors import CharmlpError
from charmlp.system.files import write_whole, writing
from charmlp.system.growing import GrowingFile
from charmlp.text import printable
from charmlp.training.callbacks import SILENT, Callback
from charmlp.training.rundata import write_data
from charmlp.training.runfiles import (
    CHECKPOINT,
    FIGURES,
    LOCK,
    LOG,
    MODEL,
    OF_ITS_MODEL,
    RUNS,
    SETTINGS,
    check_replaceable,
    folder_to_go_on,
    given_folder,
    new_folder,
    replaced,
)
from charmlp.training.state import Epoch

if TYPE_CHECKING:
    from charmlp.training.trainer import Trainer

COLUMNS = "epoch,loss,lr,val_loss,val_accuracy,val_macro_f1,seconds"  # of the figures


class RunFolder(Callback):
    """A folder that is one run's alone. Its files appear when training begins and grow while it goes on.

    with RunFolder(path) as folder: …     # at the end it is let go, and removed where nothing is in it
    """

    def __init__(
        self,
        path: Path | None,
        *,
        overwrite: bool = False,
        goes_on: bool = False,
        callbacks: Callback = SILENT,
    ) -> None:
        """Take the folder (`runs/<date-time>` unless given); refuse what is in use or cannot be written to.

        overwrite  what an earlier run has written is replaced when training begins
        goes_on    it stays: the run in the folder goes on from its checkpoint
        callbacks  hear what could not be written, where the run goes on without it
        """
        self.callbacks, self.goes_on = callbacks, goes_on
        self.faults: list[str] = []
        self.given: Mapping[str, Any] | None = None  # as data, the entries of `data.json`
        self.begun = False
        with ExitStack() as taken:
            if path is not None and goes_on:
                self.path = folder_to_go_on(path, taken)
            else:
                self.path = new_folder(taken) if path is None else given_folder(path, taken)
                if held := [file.name for file in self.path.iterdir() if file.name != LOCK]:
                    check_replaceable(self.path, held, overwrite=overwrite)
            self.taken = taken.pop_all()
        self.figures, self.log = GrowingFile(self.path / FIGURES), GrowingFile(self.path / LOG)

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *reason: object) -> None:
        with self.taken:
            self.write()
            for file in (self.figures, self.log):
                with self.side_matter():
                    file.close()

    @property
    def model(self) -> Path:
        return self.path / MODEL

    def message(self, line: str) -> None:
        """Add a line to the log."""
        self.log.add(printable(f"{datetime.now():%Y-%m-%d %H:%M:%S}  {line}"))
        self.write()

    detail = message

    def training_begins(self, training: Trainer) -> None:
        """Write the settings, once what an earlier run has written is removed, its model first.

        Of a run that goes on, only what was made of its model goes.
        """
        old = [self.path / name for name in OF_ITS_MODEL] if self.goes_on else replaced(self.path)
        for path in old:
            with writing(path):
                path.unlink(missing_ok=True)
        write_whole(self.path / SETTINGS, to_toml(training.config).encode())
        if self.given is not None:
            write_data(self.path, self.given)
        if self.goes_on:
            self.figures.hold([COLUMNS, *map(row_of, training.history)])
            self.log.go_on()
        else:
            self.figures.add(COLUMNS)
        self.begun = True
        self.write()

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
        """Add a line to the figures and to the log."""
        self.figures.add(row_of(epoch))
        self.message(describe_epoch(epoch))

    def write(self) -> None:
        """Write the lines that `metrics.csv` and `log.txt` lack, once training has begun."""
        if self.begun:
            for file in (self.figures, self.log):
                with self.side_matter():
                    file.write()

    def remove_checkpoint(self) -> None:
        """Once all is done there is nothing to go on with."""
        with self.side_matter(), writing(self.path / CHECKPOINT):
            (self.path / CHECKPOINT).unlink(missing_ok=True)

    def finish(self) -> None:
        """Make this the newest run, now that it has a model."""
        with self.side_matter(), writing(RUNS / "latest"):
            inside = self.path.parent.resolve() == RUNS.resolve()
            newest = self.path.name if inside else self.path.resolve()
            write_whole(RUNS / "latest", os.fsencode(newest) + b"\n")

    @contextmanager
    def side_matter(self) -> Iterator[None]:
        """What cannot be written here is told, once, and ends no run."""
        try:
            yield
        except CharmlpError as error:
            if str(error) not in self.faults:
                self.faults.append(str(error))
                self.tell(f"note: {error}")

    def tell(self, line: str) -> None:
        """Say it, and add it to the log."""
        self.message(line)
        self.callbacks.message(line)


def describe_epoch(epoch: Epoch) -> str:
    """`epoch 10: loss 0.512, validation loss 0.634, accuracy 81.3 %`."""
    text = f"epoch {epoch.epoch}: loss {epoch.loss:.3f}"
    if epoch.validation is not None:
        text += f", validation loss {epoch.validation.loss:.3f}, accuracy {epoch.validation.accuracy:.1%}"
    return text


def row_of(epoch: Epoch) -> str:
    """The epoch's line in `metrics.csv`; its validation columns are empty where there was no validation."""
    scores = epoch.validation
    figures = ("", "", "") if scores is None else (scores.loss, scores.accuracy, scores.macro_f1)
    row = (epoch.loss, epoch.lr, *figures, epoch.seconds)
    return f"{epoch.epoch}," + ",".join(x if x == "" else f"{x:.6g}" for x in row)
