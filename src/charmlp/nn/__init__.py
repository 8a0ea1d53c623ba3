"""The hand-derived stack for PyTorch: layers, activations, losses and the network (docs/nn.md).

Each operation is one `torch.autograd.Function`, its formula and derivation beside forward and backward:

    linear.py        y = x Wᵀ + b
    activations.py   relu, sigmoid, tanh, identity
    losses.py        cross entropy, mean squared error
    network.py       MLP: linear layers with an activation between them

The modules below are drop-ins for those of `torch.nn`; `charmlp.nn.functional` has the functions, with the
arguments of `torch.nn.functional`. Importing this package needs the extra `torch`.
"""

from charmlp.system.extras import require_extra

require_extra("torch", "torch", "charmlp.nn")

from charmlp.nn import functional  # noqa: E402 (a missing PyTorch is told in one line, before it is imported)
from charmlp.nn.activations import Identity, ReLU, Sigmoid, Tanh  # noqa: E402
from charmlp.nn.linear import Linear  # noqa: E402
from charmlp.nn.losses import CrossEntropyLoss, MSELoss  # noqa: E402
from charmlp.nn.network import MLP  # noqa: E402

__all__ = [
    "MLP",
    "CrossEntropyLoss",
    "Identity",
    "Linear",
    "MSELoss",
    "ReLU",
    "Sigmoid",
    "Tanh",
    "functional",
]
