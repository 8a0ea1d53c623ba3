"""The whole network, and its gradient by whatever it is made of."""

from collections.abc import Sequence
from typing import NamedTuple

from charmlp.calculus.activations import ACTIVATIONS, Activation
from charmlp.calculus.elements import Array
from charmlp.calculus.linear import linear, linear_backward_input


class Layer(NamedTuple):
    """What a layer computed of a batch, N×K each: z = x Wᵀ + b, and y = f(z)."""

    z: Array
    y: Array


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


def mlp_layers(x: Array, weights: Sequence[Array], biases: Sequence[Array], act_type: str) -> list[Layer]:
    """The same with all that lies on the way; the last layer's y are the logits."""
    layers: list[Layer] = []
    behind = activations_behind(len(weights), act_type)
    for weight, bias, activation in zip(weights, biases, behind, strict=True):
        z = linear(layers[-1].y if layers else x, weight, bias)
        layers.append(Layer(z, activation(z)))
    return layers


def mlp_gradients(
    gradient: Array, layers: Sequence[Layer], weights: Sequence[Array], act_type: str
) -> list[Array]:
    """δₗ = ∂L/∂zₗ of each layer, N×Kₗ, from the gradient ∂L/∂logits, N×K.

    δ of the last layer is f′(z) ∘ gradient, and δₗ = f′(zₗ) ∘ (δₗ₊₁ Wₗ₊₁): the linear layer's backward pass,
    then the activation's (docs/derivations/linear.md, docs/derivations/activations.md). All other gradients
    of the network follow from them: ∂L/∂bₗ = δₗ for each row, ∂L/∂x = δ₁ W₁, and that of the hidden units yₗ
    is δₗ₊₁ Wₗ₊₁ (`linear_backward_input`).
    """
    deltas: list[Array] = []
    behind = activations_behind(len(weights), act_type)
    for number in reversed(range(len(weights))):
        if deltas:
            gradient = linear_backward_input(deltas[0], weights[number + 1])
        deltas.insert(0, behind[number].input_gradient(gradient, *layers[number]))
    return deltas
