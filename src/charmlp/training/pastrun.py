"""A run that is over, as its folder tells it: model, settings, figures by epoch, data."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charmlp.config import TrainingConfig, from_toml
from charmlp.data.readers.textfiles import decode, read_bytes
from charmlp.errors import CharmlpError
from charmlp.modelfile import Model, model_in, read_model
from charmlp.system.files import is_file, is_folder
from charmlp.text import shown_path
from charmlp.training.rundata import read_data
from charmlp.training.runfiles import FIGURES, MODEL, SETTINGS
from charmlp.training.state import Epoch, Figures

MOST_BYTES = 2**20  # of a file of settings
MOST_OF_HISTORY = 2**26


@dataclass(frozen=True)
class PastRun:
    """What a run folder holds; of a model file alone, the model.

    folder   where the model lies
    file     the model file
    config   its settings; None where there are none
    history  a figure for each epoch; empty where they are not there
    given    as data, by the names of `train`'s arguments (`rundata.read_data`); None where that is not known
    """

    folder: Path
    file: Path
    model: Model
    config: TrainingConfig | None
    history: tuple[Epoch, ...]
    given: dict[str, Any] | None

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self.folder.resolve().name or str(self.folder)

    @property
    def kept(self) -> Epoch | None:
        """The epoch whose weights the model has, where that is known."""
        number = self.model.provenance.get("epoch")
        return next((epoch for epoch in self.history if epoch.epoch == number), None)


def read_run(path: Path) -> PastRun:
    """The run in a folder, or the model file alone; raises `CharmlpError` where it has no model."""
    if is_folder(path) and not is_file(path / MODEL):
        raise CharmlpError(f"{shown_path(path)}: no run with a model: {MODEL} is expected in it")
    file = model_in(path)
    model, folder = read_model(file), file.parent
    if not is_folder(path) and file.name != MODEL:  # a model that was saved as well, anywhere
        return PastRun(folder, file, model, None, (), None)
    config = read_settings(folder / SETTINGS) if is_file(folder / SETTINGS) else None
    history = read_history(folder / FIGURES) if is_file(folder / FIGURES) else ()
    return PastRun(folder, file, model, config, history, read_data(folder))


def read_settings(path: Path, recipe: str = "best") -> TrainingConfig:
    """The settings in a file, beside a recipe's where it names none; raises `CharmlpError`."""
    return from_toml(read_text(path, "a run's config.toml"), shown_path(path), recipe)


def read_text(path: Path, expected: str) -> str:
    """What a small file of text holds; raises `CharmlpError`, which says what is `expected`."""
    return decode(read_bytes(path, expected, MOST_BYTES), shown_path(path))


def read_history(path: Path) -> tuple[Epoch, ...]:
    """The figures of each epoch in `metrics.csv`; raises `CharmlpError` naming the line."""
    text = decode(read_bytes(path, "a run's metrics.csv", MOST_OF_HISTORY), shown_path(path))
    rows = csv.DictReader(text.splitlines())
    history = []
    for row in rows:
        try:
            history.append(epoch_of(row))
        except (KeyError, TypeError, ValueError):
            raise CharmlpError(
                f"{shown_path(path)}: line {rows.line_num} is not an epoch's figures"
            ) from None
    return tuple(history)


def epoch_of(row: dict[str, str]) -> Epoch:
    """One line of `metrics.csv`."""
    validation = None
    if row["val_loss"]:
        validation = Figures(float(row["val_loss"]), float(row["val_accuracy"]), float(row["val_macro_f1"]))
    return Epoch(int(row["epoch"]), float(row["loss"]), float(row["lr"]), float(row["seconds"]), validation)
