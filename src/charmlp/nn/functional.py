"""The operations as functions, with the names and arguments of `torch.nn.functional`."""

from charmlp.nn.activations import identity, relu, sigmoid, tanh
from charmlp.nn.linear import linear
from charmlp.nn.losses import cross_entropy, mse_loss

__all__ = ["cross_entropy", "identity", "linear", "mse_loss", "relu", "sigmoid", "tanh"]
