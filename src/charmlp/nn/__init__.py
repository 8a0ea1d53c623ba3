"""The hand-derived stack for PyTorch: layers, activations, losses and the network (docs/nn.md).

Each operation is one `torch.autograd.Function`, its formula and derivation beside forward, backward and jvp:

    linear.py        y = x Wᵀ + b
    activations.py   relu, sigmoid, tanh, … and their table
    losses.py        cross entropy, mean squared error
    network.py       MLP: linear layers with an activation between them

The modules below are drop-ins for those of `torch.nn`; `charmlp.nn.functional` has the functions, with the
arguments of `torch.nn.functional`. Importing this package needs the extra `torch`.
"""

from charmlp.system.extras import require_extra

require_extra("torch", "torch", "charmlp.nn")

from charmlp.nn import functional  # noqa: E402 (a missing PyTorch is told in one line, before it is imported)
from charmlp.nn.activations import ACTIVATIONS, from_table  # noqa: E402
from charmlp.nn.linear import Linear  # noqa: E402
from charmlp.nn.losses import CrossEntropyLoss, MSELoss  # noqa: E402
from charmlp.nn.network import MLP  # noqa: E402

_ACTIVATIONS = {block.module.__name__: block.module for block in ACTIVATIONS.values()}

__all__ = ["MLP", "CrossEntropyLoss", "Linear", "MSELoss", "functional"]
__all__ += _ACTIVATIONS
__all__.sort(key=lambda name: (not name.isupper(), not name[0].isupper(), name))

__getattr__, __dir__ = from_table(__name__, _ACTIVATIONS, __all__)
