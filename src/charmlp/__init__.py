"""charmlp: train, test, use and explain multilayer perceptrons that read images of letters.

The names below are imported when they are first used, so that `import charmlp` costs almost nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from charmlp.version import __version__ as __version__

if TYPE_CHECKING:
    from charmlp.evaluation import evaluate
    from charmlp.recognizer import Recognizer
    from charmlp.training import train

__all__ = ["Recognizer", "evaluate", "train"]

_HOMES = {
    "Recognizer": "charmlp.recognizer",
    "evaluate": "charmlp.evaluation",
    "train": "charmlp.training",
}
_ROOMS = ("doctor", "nn")


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name in _ROOMS:
        return importlib.import_module(f"charmlp.{name}")
    raise AttributeError(f"module 'charmlp' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS, "__version__"])
