"""Training: one loop, and steps that change the weights.

The names below are imported when they are first used: `charmlp predict` needs the run folder alone.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charmlp.training.run import Reporter, Run, train

__all__ = ["Reporter", "Run", "train"]


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(importlib.import_module("charmlp.training.run"), name)
    raise AttributeError(f"module 'charmlp.training' has no attribute {name!r}")
