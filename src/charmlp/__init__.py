"""charmlp: train, test, use and explain multilayer perceptrons that read images of letters.

    import charmlp

    run = charmlp.train("photos", epochs=60, out="runs/first")
    letter = charmlp.Recognizer.load("runs/first/model.safetensors").predict("new/1.png")

The names below, the rooms `charmlp.nn` and `charmlp.doctor`, and scikit-learn's face, `MLPClassifier` and
`ImageReader`, are imported when they are first used, so that `import charmlp` costs almost nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from charmlp.version import __version__ as __version__

if TYPE_CHECKING:
    from charmlp import doctor as doctor
    from charmlp import nn as nn
    from charmlp.config import TrainingConfig
    from charmlp.errors import (
        CharmlpError,
        DataError,
        ImageError,
        MissingExtraError,
        ModelFileError,
        UsageError,
    )
    from charmlp.estimator import ImageReader as ImageReader
    from charmlp.estimator import MLPClassifier as MLPClassifier
    from charmlp.evaluation import evaluate
    from charmlp.exporting import export
    from charmlp.modelfile import Model
    from charmlp.recognizer import Recognizer
    from charmlp.training import train

__all__ = [
    "CharmlpError",
    "DataError",
    "ImageError",
    "MissingExtraError",
    "Model",
    "ModelFileError",
    "Recognizer",
    "TrainingConfig",
    "UsageError",
    "evaluate",
    "export",
    "train",
]

_HOMES = {
    "Model": "modelfile",
    "Recognizer": "recognizer",
    "TrainingConfig": "config",
    "evaluate": "evaluation",
    "export": "exporting",
    "train": "training",
}
# What needs an extra, and hence is no part of `from charmlp import *`.
_ROOMS = ("doctor", "nn")
_ESTIMATORS = ("ImageReader", "MLPClassifier")


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return importlib.import_module(f"charmlp.{name}")
    if name in _ESTIMATORS:
        from charmlp.system.extras import require_extra

        require_extra("sklearn", "sklearn", f"charmlp.{name}")
        return getattr(importlib.import_module("charmlp.estimator"), name)
    if name in __all__:
        return getattr(importlib.import_module(f"charmlp.{_HOMES.get(name, 'errors')}"), name)
    raise AttributeError(f"module 'charmlp' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS, *_ESTIMATORS, "__version__"])
