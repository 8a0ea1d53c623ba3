"""The gradient of the whole network, and answers as sums over its inputs."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.calculus import PIECEWISE_LINEAR, Attribution
from charmlp.calculus.attribution import MOST_PARTS, POINTS

Array = NDArray[Any]

D, K = 9, 4
HIDDEN = [(), (7,), (7, 5), (6, 6, 6)]
SMOOTH = [name for name in calculus.ACTIVATIONS if name not in PIECEWISE_LINEAR]

each_network = pytest.mark.parametrize(
    ("hidden", "act_type"), list(itertools.product(HIDDEN, calculus.ACTIVATIONS)), ids=str
)


def network(hidden: tuple[int, ...], scale: float = 1.0) -> tuple[list[Array], list[Array]]:
    rng = np.random.default_rng(3)
    sizes = [D, *hidden, K]
    weights = [scale * rng.normal(size=(o, i)) / np.sqrt(i) for i, o in itertools.pairwise(sizes)]
    return weights, [scale * rng.normal(size=o) for o in sizes[1:]]


def some(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).normal(size=shape)


@each_network
def test_the_gradients_of_a_network_are_those_of_autograd(hidden: tuple[int, ...], act_type: str) -> None:
    torch = pytest.importorskip("torch")
    blocks = pytest.importorskip("charmlp.nn.activations").ACTIVATIONS
    act = getattr(torch.nn, blocks[act_type].module.__name__)()
    weights, biases = network(hidden)
    x, upstream = torch.tensor(some(3, D), requires_grad=True), torch.tensor(some(3, K))
    leaves = [torch.tensor(b, requires_grad=True) for b in biases]
    ys, y = [], x
    for number, (weight, bias) in enumerate(zip(weights, leaves, strict=True)):
        y = torch.nn.functional.linear(y, torch.tensor(weight), bias)
        y = act(y) if number < len(hidden) or not hidden else y
        ys.append(y)
    wanted = torch.autograd.grad((y * upstream).sum(), [x, *leaves, *ys[:-1]])
    layers = calculus.mlp_layers(x.detach().numpy(), weights, biases, act_type)
    deltas = calculus.mlp_gradients(upstream.numpy(), layers, weights, act_type)
    found = [
        calculus.linear_backward_input(deltas[0], weights[0]),
        *(calculus.linear_backward_bias(delta) for delta in deltas),
        *(calculus.linear_backward_input(*pair) for pair in zip(deltas[1:], weights[1:], strict=True)),
    ]
    for ours, theirs in zip(found, wanted, strict=True):
        assert np.allclose(ours, theirs.numpy(), rtol=1e-10, atol=1e-12)
    for layer, theirs in zip(layers, ys, strict=True):
        assert np.allclose(layer.y, theirs.detach().numpy(), rtol=1e-12)
    assert np.array_equal(layers[-1].y, calculus.mlp(x.detach().numpy(), weights, biases, act_type))


@each_network
def test_the_gradient_by_the_input_is_that_of_differences(hidden: tuple[int, ...], act_type: str) -> None:
    weights, biases = network(hidden)
    x, c, h = some(1, D), some(1, K), 1e-6
    layers = calculus.mlp_layers(x, weights, biases, act_type)
    delta = calculus.mlp_gradients(c, layers, weights, act_type)[0]
    moves = h * np.eye(D)
    up, down = (calculus.mlp(x + move, weights, biases, act_type) @ c[0] for move in (moves, -moves))
    gradient = calculus.linear_backward_input(delta, weights[0])[0]
    assert np.allclose(gradient, (up - down) / (2 * h), rtol=1e-6, atol=1e-8)


def attributed(hidden: tuple[int, ...], act_type: str, scale: float = 1.0) -> Attribution:
    c = np.array([1.0, 0, -1, 0])
    return calculus.attribute(some(D), np.full(D, 0.3), c, *network(hidden, scale), act_type)


@each_network
def test_inputs_and_bias_add_up_to_the_answer(hidden: tuple[int, ...], act_type: str) -> None:
    weights, biases = network(hidden)
    of = attributed(hidden, act_type)
    logits = calculus.mlp(some(D)[np.newaxis], weights, biases, act_type)[0]
    assert of.answer == pytest.approx(logits[0] - logits[2], abs=1e-12)
    exact = act_type in PIECEWISE_LINEAR
    assert of.inputs.sum() + of.bias == pytest.approx(of.answer, abs=1e-12 if exact else 1e-5)
    assert of.inputs.sum() + of.bias + of.remainder == pytest.approx(of.answer, abs=1e-12)
    assert of.units.sum() == pytest.approx(of.inputs.sum(), abs=1e-12)
    assert len(of.inputs) == D and len(of.units) == (hidden[0] if hidden else K)
    assert (of.points == 1) is exact


@pytest.mark.parametrize("act_type", SMOOTH)
def test_control_the_exact_formula_of_another_activation_does_not_add_up(act_type: str) -> None:
    formula = calculus.input_times_gradient
    of = formula(some(D), np.zeros(D), np.array([1.0, 0, -1, 0]), *network((7,)), act_type)
    assert abs(of.remainder) > 1e-3


def test_the_exact_formula_by_hand() -> None:
    """One unit is on, the other off: s = 2 · (3 x₁ − x₂ + 1) + 5."""
    weights = [np.array([[3.0, -1.0], [1.0, 1.0]]), np.array([[2.0, 7.0]])]
    biases = [np.array([1.0, -9.0]), np.array([5.0])]
    of = calculus.input_times_gradient(
        np.array([1.0, 2.0]), np.array([0.0, 1.0]), np.array([1.0]), weights, biases, "relu"
    )
    assert of.answer == 2 * (3 - 2 + 1) + 5
    assert of.inputs.tolist() == [6.0, -2.0]  # from (0, 1): 2 · 3 · 1 and 2 · −1 · 1
    assert of.units.tolist() == [4.0, 0.0]
    assert of.bias == 2 * (0 - 1 + 1) + 5 and of.remainder == 0


@each_network
def test_at_the_baseline_nothing_contributes(hidden: tuple[int, ...], act_type: str) -> None:
    x = some(D)
    of = calculus.attribute(x, x, np.array([1.0, 0, 0, 0]), *network(hidden), act_type)
    assert not of.inputs.any() and not of.units.any()
    assert of.bias == pytest.approx(of.answer, abs=1e-12)


@pytest.mark.parametrize("act_type", SMOOTH)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_integral_is_that_of_a_great_many_small_steps(hidden: tuple[int, ...], act_type: str) -> None:
    """Section 5 of Sundararajan et al.: a Riemann sum, here of midpoints; and the units' conductance."""
    weights, biases = network(hidden, 2.0)
    of, x, baseline = attributed(hidden, act_type, 2.0), some(D), np.full(D, 0.3)
    assert abs(of.remainder) <= 1e-6 * (1 + abs(of.answer - of.bias))
    places = (np.arange(4000) + 0.5) / 4000
    points = baseline + places[:, np.newaxis] * (x - baseline)
    layers = calculus.mlp_layers(points, weights, biases, act_type)
    upstream = np.tile(np.array([1.0, 0, -1, 0]), (4000, 1))
    delta = calculus.mlp_gradients(upstream, layers, weights, act_type)[0]
    assert np.allclose(of.inputs, (x - baseline) * (delta @ weights[0]).mean(axis=0), atol=1e-5)
    if hidden:  # conductance: ∫ ∂s/∂yⱼ dyⱼ
        outward = calculus.linear_backward_input(
            calculus.mlp_gradients(upstream, layers, weights, act_type)[1], weights[1]
        )
        ends = calculus.mlp_layers(np.stack([baseline, x]), weights, biases, act_type)[0].y
        steps = np.diff(layers[0].y, axis=0, prepend=ends[:1])
        assert np.allclose(of.units, (outward * steps).sum(axis=0), atol=3e-3)


def test_where_the_integral_is_hard_the_remainder_is_told() -> None:
    """Weights so large that every unit jumps: as many points as there may be, and no more."""
    of = attributed((7,), "tanh", 1000.0)
    assert of.points == POINTS * MOST_PARTS
    assert of.inputs.sum() + of.bias + of.remainder == pytest.approx(of.answer, rel=1e-9)
