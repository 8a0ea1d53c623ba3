"""Constructors' arguments are guessed from names, annotations and what the class does with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from charmlp.doctor.operation.constructing import construct
from charmlp.doctor.operation.constructor_arguments import guess_argument
from tests.doctor.test_numpy_functions import SIZES, module_of

if TYPE_CHECKING:
    from pathlib import Path

GUESSES = {
    "n_inputs": 7, "input_size": 7, "input_units": 7, "in_features": 7, "fan_in": 7, "n_in": 7,
    "input_dim": 7, "num_features": 7, "n_neurons": 3, "output_size": 3, "out_features": 3, "units": 3,
    "n_out": 3, "num_classes": 3, "output_dim": 3, "hidden_size": 4, "n_hidden": 4, "hidden_dim": 4,
    "n_layers": 2, "layer_dims": [7, 4, 3], "sizes": [7, 4, 3], "input_shape": (7,), "in_channels": 3,
    "out_channels": 3, "kernel_size": 2, "stride": 1, "padding": 0, "rate": 0.4, "keep_prob": 0.6, "lr": 1.0,
    "learning_rate": 1.0, "act_type": "relu", "use_bias": True, "seed": 0, "eps": 1e-12,
}  # fmt: skip


@pytest.mark.parametrize("name", GUESSES)
def test_names(name: str) -> None:
    assert guess_argument(name, SIZES) == GUESSES[name]


SOURCE = """
class Relu:
    def forward(self, x): return np.maximum(x, 0)
    def backward(self, g): return g

def sigmoid(x): return 1 / (1 + np.exp(-x))
def sigmoid_prime(x): return sigmoid(x) * (1 - sigmoid(x))

class Affine:
    def __init__(self, W, b): self.W, self.b = W, b

class Convolution:
    def __init__(self, W, b, stride=1, pad=0): self.W, self.b = W, b

class LSTM:
    def __init__(self, Wx, Wh, b): self.params = [Wx, Wh, b]

class Norm:
    def __init__(self, dim): self.gamma = np.ones(dim)

class Layer:
    def __init__(self, n_in, n_out, activation):
        self.activation = activation
    def forward(self, x): return self.activation.forward(x)

class Called:
    def __init__(self, activation, activation_prime):
        self.f = activation
        self.value = activation(0.0), activation_prime(0.0)

class Named:
    def __init__(self, kind):
        if kind == "tanh": self.f = np.tanh
        elif kind == "sigmoid": self.f = sigmoid
        else: raise ValueError(kind)

class Window:
    def __init__(self, kernel_size):
        self.h, self.w = kernel_size

class Letters:
    def __init__(self, m, n): self.W = np.zeros((m, n))

class Annotated:
    def __init__(self, a: "list[int]", rho: float, verbose: bool, **others): self.given = a, rho, verbose
"""


def test_classes(tmp_path: Path) -> None:
    module = module_of(SOURCE, tmp_path)

    def made(name: str) -> Any:
        return construct(getattr(module, name), SIZES, arrays=True)

    assert [made("Affine").W.shape, made("Affine").b.shape] == [(7, 3), (3,)]
    assert made("Convolution").W.shape == (3, 3, 2, 2)
    assert [array.shape for array in made("LSTM").params] == [(7, 28), (7, 28), (28,)]
    assert made("Norm").gamma.shape == (7,)
    assert isinstance(made("Layer").activation, module.Relu)
    assert made("Called").f is module.sigmoid
    assert made("Called").value == (0.5, 0.25)
    assert made("Named").f is np.tanh
    assert (made("Window").h, made("Window").w) == (2, 2)
    assert made("Letters").W.shape == (7, 3)
    assert made("Annotated").given == ([7, 4, 3], 0.5, True)


DRAWN = """
from dataclasses import dataclass

@dataclass
class Settings:
    n_in: int = 5
    n_out: int = 2

class Net:
    def __init__(self, config, rng):
        c = config
        self.w = rng.normal(size=(c.n_in, c.n_out))

class Older:
    def __init__(self, count, state):
        self.w = state.randn(count)
"""


def test_generators_and_settings_are_made(tmp_path: Path) -> None:
    module = module_of(DRAWN, tmp_path)
    assert construct(module.Net, SIZES).w.shape == (5, 2)
    assert construct(module.Older, SIZES).w.ndim == 1


def test_what_no_guess_fits_raises_the_first_error(tmp_path: Path) -> None:
    module = module_of("class C:\n    def __init__(self, x): raise KeyError(x)\n", tmp_path)
    with pytest.raises(KeyError, match="7"):
        construct(module.C, SIZES)


def test_modules_of_torch(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    source = """
import torch
from torch import nn

class Linear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(out_features, in_features))

class Activation(nn.Module):
    def __init__(self, type):
        super().__init__()
        self.f = {"relu": torch.relu, "tanh": torch.tanh}[type]

class MLP(nn.Module):
    def __init__(self, input_size, output_size, hidden_size, n_layers, act_type):
        super().__init__()
        sizes = [input_size] + [hidden_size] * (n_layers - 1) + [output_size]
        self.layers = nn.ModuleList(Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.act = Activation(act_type)

class Norm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(dim))

class Softmax(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim
"""
    module = module_of(source, tmp_path)
    assert construct(module.Linear, SIZES).weight.shape == (3, 7)
    assert construct(module.Activation, SIZES).f is torch.relu
    shapes = [tuple(layer.weight.shape) for layer in construct(module.MLP, SIZES).layers]
    assert shapes == [(4, 7), (3, 4)]
    assert construct(module.Norm, SIZES).gamma.shape == (7,)
    assert construct(module.Softmax, SIZES).dim == -1
