"""What a run is to do: as it is asked for, or as it was when it was interrupted."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charmlp.config import TrainingConfig
from charmlp.errors import CharmlpError
from charmlp.training.checkpoint import Checkpoint
from charmlp.training.resume import settings_to_go_on
from charmlp.training.rundata import entries_of, found_again, place_of
from charmlp.training.runfiles import CHECKPOINT

PLACE = ("data", "im_dir", "lists")


@dataclass(frozen=True)
class Plan:
    """The settings of a run, its data, and what else it is to do.

    data        by the names of `train`'s arguments
    entries     the same as `data.json` has it
    model_path  where the model is written as well
    wishes      of the caller
    past        the checkpoint from which it goes on, and
    anyway      whether it does with other settings or letters
    """

    config: TrainingConfig
    data: Mapping[str, Any]
    entries: Mapping[str, Any]
    model_path: Path | None
    tensorboard: bool
    wishes: Mapping[str, Any]
    past: Checkpoint | None = None
    anyway: bool = False

    @property
    def kept(self) -> dict[str, Any]:
        """What a checkpoint keeps beside settings and data."""
        path = None if self.model_path is None else os.path.abspath(self.model_path)  # noqa: PTH100  # no link
        return {"model_path": path, "tensorboard": self.tensorboard, **self.wishes}


def plan_to_go_on(folder: Path, asked: Plan, settings: Mapping[str, Any], anyway: bool) -> Plan:
    """The plan of the run in a folder, from its checkpoint; what is asked for beside it counts more.

    Raises `CharmlpError` where no checkpoint can be read, or where other settings are asked for.
    """
    try:
        past = Checkpoint.read(folder / CHECKPOINT)
    except CharmlpError as error:
        raise CharmlpError(f"{error}; start the run again, with --out and --overwrite") from None
    kept = dict(past.wishes)
    model_path, tensorboard = kept.pop("model_path"), kept.pop("tensorboard")
    data = {"pack": None, **past.given, **place_of(past.given)}
    started = Path(data.pop("folder"))
    if isinstance(data["classes"], str):  # perhaps a file
        data["classes"] = found_again(data["classes"], started)
    data["pack"] = found_again(data["pack"], started)
    if any(asked.data[name] is not None for name in PLACE):
        data |= {name: asked.data[name] for name in PLACE}
    data |= {name: value for name, value in asked.data.items() if name not in PLACE and value}
    entries = past.given if not any(asked.data.values()) else entries_of(data)
    return dataclasses.replace(
        asked,
        config=settings_to_go_on(past.config, folder, settings, anyway),
        data=data,
        entries=entries,
        model_path=asked.model_path or (model_path and Path(model_path)),
        tensorboard=asked.tensorboard or tensorboard,
        wishes=kept | dict(asked.wishes),
        past=past,
        anyway=anyway,
    )
