"""Which inputs an answer comes from: the answer as a sum with one term for each input.

The answer is s = c · z(x), a weighted sum of the K logits z of one x (D numbers): with c = 1 at a class that
class's logit, with c = 1 at A and −1 at R the difference zₐ − zᵣ, which is the logarithm of how many times
more probable A is than R. Both functions measure an input from a `baseline` x⁰ (D numbers): what is as it is
there contributes nothing, and the `bias` is what the answer would be there:

    s = Σ inputs + bias + remainder.

What an input contributes goes through the units of the first layer, so that the same sum is split among them,

    inputs_d = Σⱼ (x_d − x⁰_d) Wⱼd δⱼ,     units_j = Σ_d (x_d − x⁰_d) Wⱼd δⱼ,     Σ inputs = Σ units,

with W the first layer's weights and δ = ∂s/∂(W x + b): at x itself, or its mean on the way from x⁰ to x.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charmlp.calculus.elements import Array
from charmlp.calculus.linear import linear_backward_input
from charmlp.calculus.network import mlp_gradients, mlp_layers

PIECEWISE_LINEAR = ("none", "relu", "leaky_relu")  # activations f with f(z) = f′(z) z
POINTS, MOST_PARTS = 16, 64  # of an integral: points in each of its parts
SMALL = 1e-6  # remainder at which an integral is good enough, in parts of 1 + |s − bias|


@dataclass(frozen=True)
class Attribution:
    """An answer as the sum Σ inputs + bias + remainder.

    inputs  D, what each input contributes
    units   H, what of that goes through each unit of the first layer
    points  at which the gradient was taken
    """

    answer: float
    inputs: Array
    units: Array
    bias: float
    remainder: float
    points: int


def attribute(
    x: Array, baseline: Array, c: Array, weights: Sequence[Array], biases: Sequence[Array], act_type: str
) -> Attribution:
    """The exact sum where the network is piecewise linear, else the integral, which is an approximation."""
    formula = input_times_gradient if act_type in PIECEWISE_LINEAR else integrated_gradients
    return formula(x, baseline, c, weights, biases, act_type)


def input_times_gradient(
    x: Array, baseline: Array, c: Array, weights: Sequence[Array], biases: Sequence[Array], act_type: str
) -> Attribution:
    """inputs_d = (x_d − x⁰_d) ∂s/∂x_d and bias = Σₗ δₗ · bₗ + Σ_d x⁰_d ∂s/∂x_d; they add up to s exactly.

    Where every activation is linear on either side of 0 (none, relu, leaky_relu), f(z) = f′(z) z, so that a
    layer computes yₗ = Fₗ (Wₗ yₗ₋₁ + bₗ) with the diagonal matrix Fₗ of the slopes f′ at x. Put into one
    another, the layers give s = w(x) · x + b(x). Here w(x) = c F_L W_L … F₁ W₁ is ∂s/∂x, and b(x) is the sum
    over the layers of c F_L W_L … Fₗ bₗ = δₗ · bₗ with δₗ = ∂s/∂zₗ. The baseline moves Σ x⁰_d ∂s/∂x_d from
    one part to the other: `bias` is what that same linear function says at x⁰.

    Source: Srinivas and Fleuret 2019, "Full-Gradient Representation for Neural Network Visualization",
    NeurIPS, proposition 1, arXiv:1905.00780, where x⁰ = 0.
    """
    layers = mlp_layers(x[np.newaxis], weights, biases, act_type)
    deltas = [delta[0] for delta in mlp_gradients(c[np.newaxis], layers, weights, act_type)]
    slope, way = linear_backward_input(deltas[0], weights[0]), x - baseline
    bias = sum(float(delta @ b) for delta, b in zip(deltas, biases, strict=True)) + float(baseline @ slope)
    answer = float(layers[-1].y[0] @ c)
    remainder = answer - bias - float(way @ slope)
    return Attribution(answer, way * slope, deltas[0] * (weights[0] @ way), bias, remainder, 1)


def integrated_gradients(
    x: Array, baseline: Array, c: Array, weights: Sequence[Array], biases: Sequence[Array], act_type: str
) -> Attribution:
    """inputs_d = (x_d − x⁰_d) ∫₀¹ ∂s/∂x_d at x⁰ + t (x − x⁰) dt, and bias = s(x⁰).

    The gradient is taken all the way from the baseline to x. By the fundamental theorem of calculus these
    add up to s(x) exactly. The integral is computed by the rule of Gauss and Legendre on equal parts of the
    way, 16 points each; the parts are doubled, from 1 up to 64, until the remainder is below
    10⁻⁶ (1 + |s(x) − s(x⁰)|).

    Source: Sundararajan, Taly and Yan 2017, "Axiomatic Attribution for Deep Networks", ICML, section 3,
    equation 1, proposition 1, arXiv:1703.01365. Through the units it is their conductance: Dhamdhere,
    Sundararajan and Yan 2018, "How Important Is a Neuron?", section 2, equation 3, arXiv:1805.12233.
    """
    way = x - baseline
    bias, answer = map(float, mlp_layers(np.stack([baseline, x]), weights, biases, act_type)[-1].y @ c)
    places, shares = np.polynomial.legendre.leggauss(POINTS)
    places, shares = (places + 1) / 2, shares / 2  # on the way from 0 to 1, not from −1 to 1
    upstream = np.tile(c, (POINTS, 1))
    parts = 1
    while True:
        mean = np.zeros(len(weights[0]))
        for part in range(parts):
            points = baseline + ((part + places) / parts)[:, np.newaxis] * way
            layers = mlp_layers(points, weights, biases, act_type)
            mean += shares @ mlp_gradients(upstream, layers, weights, act_type)[0] / parts
        units = mean * (weights[0] @ way)
        remainder = answer - bias - float(units.sum())
        if abs(remainder) <= SMALL * (1 + abs(answer - bias)) or parts == MOST_PARTS:
            inputs = way * linear_backward_input(mean, weights[0])
            return Attribution(answer, inputs, units, bias, remainder, parts * POINTS)
        parts *= 2
