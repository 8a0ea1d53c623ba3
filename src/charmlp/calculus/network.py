"""The whole network."""

from collections.abc import Sequence

from charmlp.calculus.activations import ACTIVATIONS, Activation
from charmlp.calculus.elements import Array
from charmlp.calculus.linear import linear


def activations_behind(n_layers: int, act_type: str) -> list[Activation]:
    """The activation behind each layer: none behind the last, unless it is the only one, as in the course."""
    none, activation = ACTIVATIONS["none"], ACTIVATIONS[act_type]
    return [activation] * (n_layers - 1) + [activation if n_layers == 1 else none]


def mlp(
    x: Array,
    weights: Sequence[Array],
    biases: Sequence[Array],
    act_type: str,
    layers: int | None = None,
) -> Array:
    """Logits N×K of a batch x: N×D: linear layers with an activation between them.

    With `layers`, the outputs of the first so many.
    """
    behind = activations_behind(len(weights), act_type)
    for weight, bias, activation in list(zip(weights, biases, behind, strict=True))[:layers]:
        x = activation(linear(x, weight, bias))
    return x
