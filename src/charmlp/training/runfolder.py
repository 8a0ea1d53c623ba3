"""The third of a run's three stages: a folder for settings, figures by epoch, log and model.

And which run is the newest.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.errors import CharmlpError, UsageError
from charmlp.system.files import check_writable, is_file, is_folder, write_whole
from charmlp.text import printable
from charmlp.training.callbacks import Callback
from charmlp.training.state import Epoch

if TYPE_CHECKING:
    from charmlp.training.trainer import Trainer

RUNS = Path("runs")
SECONDS_BETWEEN_WRITES = 5.0


class RunFolder(Callback):
    """A folder that appears when training begins and is brought up to date while it goes on."""

    def __init__(self, path: Path | None, *, overwrite: bool = False) -> None:
        """Choose the folder (`runs/<date-time>` unless given); refuse what cannot be written to."""
        self.path = new_run_path() if path is None else path
        if is_file(self.path):
            raise UsageError(f"--out: {printable(self.path)} is a file, not a folder")
        if not overwrite and is_folder(self.path) and any(self.path.iterdir()):
            raise UsageError(
                f"--out: {printable(self.path)} holds something already; give another folder or --overwrite"
            )
        check_writable(self.model)
        self.epochs: list[Epoch] = []
        self.lines: list[str] = []
        self.begun = False
        self.written = time.monotonic()

    @property
    def model(self) -> Path:
        return self.path / "model.safetensors"

    def message(self, line: str) -> None:
        """Add a line to the log."""
        self.lines.append(f"{datetime.now():%Y-%m-%d %H:%M:%S}  {line}")

    detail = message

    def training_begins(self, training: Trainer) -> None:
        """Create the folder."""
        write_whole(self.path / "config.toml", training.config.to_toml().encode())
        self.begun = True

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
        """Add a line to the log and to the figures, on disk within seconds."""
        self.message(describe_epoch(epoch))
        self.epochs.append(epoch)
        if time.monotonic() - self.written > SECONDS_BETWEEN_WRITES:
            self.write()

    def write(self) -> None:
        """Write `metrics.csv` and `log.txt` as they stand, once there is a folder."""
        if not self.begun:
            return
        write_whole(self.path / "metrics.csv", metrics_csv(self.epochs).encode())
        write_whole(self.path / "log.txt", "".join(f"{printable(line)}\n" for line in self.lines).encode())
        self.written = time.monotonic()

    def finish(self) -> None:
        """Make this the newest run, now that it has a model."""
        inside = self.path.parent.resolve() == RUNS.resolve()
        newest = self.path.name if inside else str(self.path.resolve())
        write_whole(RUNS / "latest", f"{newest}\n".encode())


def describe_epoch(epoch: Epoch) -> str:
    """`epoch 10: loss 0.512, validation loss 0.634, accuracy 81.3 %`."""
    text = f"epoch {epoch.epoch}: loss {epoch.loss:.3f}"
    if epoch.validation is not None:
        text += f", validation loss {epoch.validation.loss:.3f}, accuracy {epoch.validation.accuracy:.1%}"
    return text


def metrics_csv(epochs: Sequence[Epoch]) -> str:
    """One line an epoch; the validation columns are empty where there was no validation."""
    lines = ["epoch,loss,lr,val_loss,val_accuracy,val_macro_f1,seconds"]
    for epoch in epochs:
        scores = epoch.validation
        figures = ("", "", "") if scores is None else (scores.loss, scores.accuracy, scores.macro_f1)
        row = (epoch.loss, epoch.lr, *figures, epoch.seconds)
        lines.append(f"{epoch.epoch}," + ",".join(x if x == "" else f"{x:.6g}" for x in row))
    return "".join(f"{line}\n" for line in lines)


def new_run_path() -> Path:
    """`runs/<date-time>`, numbered where two runs start in the same second."""
    name = f"{datetime.now():%Y-%m-%d_%H-%M-%S}"
    path, number = RUNS / name, 2
    while path.exists():
        path, number = RUNS / f"{name}-{number}", number + 1
    return path


def newest_model() -> Path:
    """The model of the newest run in this folder; raises `CharmlpError` where there is none."""
    latest = RUNS / "latest"
    try:
        name = latest.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise CharmlpError(
            f"no model: {latest} names no run here; train one with 'charmlp train' or give --model"
        ) from None
    model = RUNS / name / "model.safetensors"  # an absolute name stands for itself
    if not is_file(model):
        raise CharmlpError(
            f"no model: the newest run, {printable(model.parent)}, has no model.safetensors; give --model"
        )
    return model
