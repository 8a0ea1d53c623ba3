"""Multilayer perceptrons that are put together wrongly, though every gradient in them is right."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor, nn

from charmlp.doctor import examine
from tests.sampling import one_in


class Right(nn.Module):
    def __init__(
        self, input_size: int, output_size: int, hidden_size: int, n_layers: int, act_type: str
    ) -> None:
        super().__init__()
        sizes = [input_size, *[hidden_size] * (n_layers - 1), output_size]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in itertools.pairwise(sizes))
        self.act = getattr(torch, act_type)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers[:-1]:
            x = self.act(layer(x))
        return self.layers[-1](x)


class InAList(Right):
    def __init__(
        self, input_size: int, output_size: int, hidden_size: int, n_layers: int, act_type: str
    ) -> None:
        super().__init__(input_size, output_size, hidden_size, n_layers, act_type)
        self.rest = [self.layers[-1]]
        self.layers = self.layers[:-1]

    def forward(self, x: Tensor) -> Tensor:
        return self.rest[0](self.act(self.layers[0](x)))


class EndsInActivation(Right):
    def forward(self, x: Tensor) -> Tensor:
        return self.act(super().forward(x))


class WithoutActivation(Right):
    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


def test_a_right_one_is_healthy() -> None:
    assert examine(Right).verdict == "healthy"


@pytest.mark.parametrize(
    ("network", "variant"),
    one_in(
        3,
        [
            (InAList, "unregistered"),
            (EndsInActivation, "activation-last"),
            (WithoutActivation, "no-activation"),
        ],
    ),
)
def test_a_wrong_structure_is_named(network: type[nn.Module], variant: str) -> None:
    assert [(m.name, m.variant) for m in examine(network).mistakes] == [("structure", variant)]


class Classifier(nn.Module):
    def __init__(self, input_dim: int, num_classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(input_dim, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x).softmax(1)

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        return nn.functional.cross_entropy(self(x), y)


class RightClassifier(Classifier):
    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        return nn.functional.nll_loss(self(x).log(), y)


def test_a_loss_that_takes_probabilities_for_logits() -> None:
    assert [(m.name, m.variant) for m in examine(Classifier).mistakes] == [("softmax-twice", "loss")]
    assert not examine(RightClassifier).mistakes
