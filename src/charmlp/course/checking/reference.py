"""The homework's other files, right: what a task needs of them while it is judged alone.

The operations are those of `charmlp.nn`; names and arguments are the homework's.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from charmlp import nn
from charmlp.nn import functional
from charmlp.nn.activations import ACTIVATIONS
from charmlp.nn.linear import LinearFunction

NAMES = {"Identity": "none", "ReLU": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh"}


class CrossEntropyLoss:
    """As a Function is used: through `apply`."""

    @staticmethod
    def apply(logits: Tensor, labels: Tensor) -> Tensor:
        return functional.cross_entropy(logits, labels)


class Activation(torch.nn.Module):
    """One of the activations, by its name."""

    def __init__(self, act_type: str) -> None:
        super().__init__()
        self.function = ACTIVATIONS[act_type].module()

    def forward(self, z: Tensor) -> Tensor:
        return self.function(z)


class MLP(nn.MLP):
    """`charmlp.nn.MLP`, which with one layer wants no hidden sizes."""

    def __init__(
        self, input_size: int, output_size: int, hidden_size: list[int], n_layers: int, act_type: str
    ) -> None:
        super().__init__(input_size, output_size, hidden_size[: n_layers - 1], n_layers, act_type)


def stand_ins() -> dict[str, ModuleType]:
    """The homework's modules that others import, by their names."""
    functions = {name: ACTIVATIONS[act_type].function for name, act_type in NAMES.items()}
    tables: dict[str, dict[str, Any]] = {
        "activations": {
            **functions,
            "Activation": Activation,
            "FUNCTIONS": {act_type: functions[name] for name, act_type in NAMES.items()},
        },
        "losses": {"CrossEntropyLoss": CrossEntropyLoss},
        "network": {"LinearFunction": LinearFunction, "Linear": nn.Linear, "MLP": MLP},
    }
    found = {}
    for name, contents in tables.items():
        found[name] = ModuleType(name)
        vars(found[name]).update(contents)
    return found
