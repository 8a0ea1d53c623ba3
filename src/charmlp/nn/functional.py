"""The operations as functions, with the names and arguments of `torch.nn.functional`."""

from __future__ import annotations

from typing import Any

from charmlp.nn.activations import ACTIVATIONS
from charmlp.nn.linear import linear
from charmlp.nn.losses import cross_entropy, mse_loss

_ACTIVATIONS = {block.function.__name__: block.function for block in ACTIVATIONS.values()}

__all__ = ["cross_entropy", "linear", "mse_loss"]
__all__ += _ACTIVATIONS


def __getattr__(name: str) -> Any:
    """The functions of activations.py: what is in its table is here too, without a second list."""
    if name in _ACTIVATIONS:
        return _ACTIVATIONS[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
