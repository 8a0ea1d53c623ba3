"""The whole network."""

from __future__ import annotations

from collections.abc import Sequence

from charmlp.calculus.activations import ACTIVATIONS
from charmlp.calculus.elements import Array
from charmlp.calculus.linear import linear


def mlp(x: Array, weights: Sequence[Array], biases: Sequence[Array], act_type: str) -> Array:
    """Logits N×K of a batch x: N×D: linear layers with an activation between them.

    A net of one layer has no place between layers; there the activation follows the layer, as in the course.
    """
    activation = ACTIVATIONS[act_type]
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        x = activation(linear(x, weight, bias))
    logits = linear(x, weights[-1], biases[-1])
    return activation(logits) if len(weights) == 1 else logits
