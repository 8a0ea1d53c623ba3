"""The hand-derived stack for PyTorch: layers, activations, losses and the network (docs/nn.md).

Each operation is one `torch.autograd.Function`, its formula and derivation beside forward, backward and jvp:

    linear.py        y = x Wᵀ + b
    activations.py   relu, sigmoid, tanh, … and their table
    losses.py        cross entropy, mean squared error
    network.py       MLP: linear layers with an activation between them

The modules below are drop-ins for those of `torch.nn`; `charmlp.nn.functional` has the functions, with the
arguments of `torch.nn.functional`. Importing this package needs the extra `torch`.
"""

from typing import Any

from charmlp.system.extras import require_extra

require_extra("torch", "torch", "charmlp.nn")

from charmlp.nn import functional  # noqa: E402 (a missing PyTorch is told in one line, before it is imported)
from charmlp.nn.activations import ACTIVATIONS  # noqa: E402
from charmlp.nn.linear import Linear  # noqa: E402
from charmlp.nn.losses import CrossEntropyLoss, MSELoss  # noqa: E402
from charmlp.nn.network import MLP  # noqa: E402

_ACTIVATIONS = {block.module.__name__: block.module for block in ACTIVATIONS.values()}

__all__ = ["MLP", "CrossEntropyLoss", "Linear", "MSELoss", "functional"]
__all__ += _ACTIVATIONS
__all__.sort(key=lambda name: (not name.isupper(), not name[0].isupper(), name))


def __getattr__(name: str) -> Any:
    """The modules of activations.py: what is in its table is here too, without a second list."""
    if name in _ACTIVATIONS:
        return _ACTIVATIONS[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
