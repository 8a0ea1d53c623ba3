"""Training in three stages, prepare → fit → record; one loop, and steps that change the weights.

The names below are imported when they are first used: `charmlp predict` needs the run folder alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charmlp.training.callbacks import Callback, StopTraining
    from charmlp.training.run import Run, train

__all__ = ["Callback", "Run", "StopTraining", "train"]

_HOMES = {"Callback": "callbacks", "Run": "run", "StopTraining": "callbacks", "train": "run"}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(importlib.import_module(f"charmlp.training.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'charmlp.training' has no attribute {name!r}")
