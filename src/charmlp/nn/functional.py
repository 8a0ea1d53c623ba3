"""The operations as functions, with the names and arguments of `torch.nn.functional`."""

from charmlp.nn import activations
from charmlp.nn.linear import linear
from charmlp.nn.losses import cross_entropy, mse_loss

_ACTIVATIONS = {block.function.__name__: block.function for block in activations.ACTIVATIONS.values()}

__all__ = ["cross_entropy", "linear", "mse_loss"]
__all__ += _ACTIVATIONS

__getattr__, __dir__ = activations.from_table(__name__, _ACTIVATIONS, __all__)
