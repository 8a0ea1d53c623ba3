"""The formulas against central differences, and against PyTorch where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.calculus import Activation
from charmlp.calculus.elements import where

Array = NDArray[Any]
RNG = np.random.default_rng(0)
N, D, K = 5, 7, 3
LABELS = np.array([0, 2, 1, 2, 0])
WEIGHTS = np.array([0.5, 2.0, 1.25])


def numeric(f: Callable[[Array], float], x: Array, h: float = 1e-6) -> Array:
    """∂f/∂x by central differences."""
    gradient = np.empty_like(x)
    for i in np.ndindex(*x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (f(up) - f(down)) / (2 * h)
    return gradient


def agree(analytic: Array, numerical: Array) -> bool:
    return bool(np.abs(analytic - numerical).max() <= 1e-7 * max(1.0, np.abs(numerical).max()))


def test_linear() -> None:
    x, w, b, g = RNG.normal(size=(N, D)), RNG.normal(size=(K, D)), RNG.normal(size=K), RNG.normal(size=(N, K))

    def loss(x: Array, w: Array, b: Array) -> float:
        return float((g * calculus.linear(x, w, b)).sum())

    assert agree(calculus.linear_backward_input(g, w), numeric(lambda x: loss(x, w, b), x))
    assert agree(calculus.linear_backward_weight(g, x), numeric(lambda w: loss(x, w, b), w))
    assert agree(calculus.linear_backward_bias(g), numeric(lambda b: loss(x, w, b), b))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("count", [3, 5000])
def test_a_branch_gives_the_bits_of_numpys(dtype: type, count: int) -> None:
    x = RNG.normal(size=(2, count)).astype(dtype)
    x[:, ::3] = [[np.nan], [-0.0]]
    x[:, 1::7] = [[np.inf], [-np.inf]]
    a, b = x
    for then, otherwise in [(a, b), (dtype(0), b), (a, dtype(-0.0))]:
        found = where(b > 0, then, otherwise)
        assert found.dtype == dtype
        assert found.tobytes() == np.where(b > 0, then, otherwise).tobytes()
        assert found.tobytes() != np.where(b <= 0, then, otherwise).tobytes()


each_activation = pytest.mark.parametrize("activation", calculus.ACTIVATIONS.values(), ids=lambda a: a.name)


@each_activation
def test_activations(activation: Activation) -> None:
    x, g = RNG.normal(size=(N, D)), RNG.normal(size=(N, D))
    y = activation(x)
    analytic = activation.input_gradient(g, x, y)
    assert agree(analytic, numeric(lambda x: float((g * activation(x)).sum()), x))
    assert np.allclose(analytic, g * activation.slope(x))


@each_activation
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_activations_keep_the_dtype(activation: Activation, dtype: Any) -> None:
    x = np.linspace(-4, 4, 9).astype(dtype)
    assert activation(x).dtype == activation.slope(x).dtype == dtype


@each_activation
def test_activations_are_torchs_in_every_digit_and_at_the_edges(activation: Activation) -> None:
    """Values and slopes, float32 by float64, from −30 to 30; and what is not finite stays visible."""
    torch = pytest.importorskip("torch")
    blocks = pytest.importorskip("charmlp.nn.activations").ACTIVATIONS
    twin = getattr(torch.nn, blocks[activation.name].module.__name__)()
    x = np.linspace(-30, 30, 241)
    z = torch.tensor(x, requires_grad=True)
    value = twin(z)
    (slope,) = torch.autograd.grad(value.sum(), z)
    for ours, theirs in ((activation(x), value), (activation.slope(x), slope)):
        assert np.allclose(ours, theirs.detach().numpy(), rtol=1e-11, atol=1e-15)
    few = x.astype(np.float32)
    assert np.allclose(activation(few), activation(few.astype(np.float64)), rtol=2e-4, atol=1e-38)
    assert np.isnan(activation(np.array([np.nan]))).all()


@each_activation
def test_compiled_formulas_are_those_of_the_table(activation: Activation) -> None:
    from charmlp.calculus.compiled import input_gradient, value
    from charmlp.system.compiling import part_of_compiled

    @part_of_compiled
    def compute(entry: Activation, x: Array, gradient: Array, saved: Array, y: Array) -> None:
        real = x.dtype.type
        for i in range(len(x)):
            y[i] = value(entry, x[i], real)
            gradient[i] = input_gradient(entry, gradient[i], saved[i], real)

    x, g = np.linspace(-9, 9, 37), RNG.normal(size=37)
    expected, y, compiled = activation(x), np.empty(37), g.copy()
    compute(activation, x, compiled, x if activation.saved == "x" else expected, y)
    assert np.allclose(y, expected, rtol=1e-12, atol=1e-15)
    assert np.allclose(compiled, activation.input_gradient(g, x, expected), rtol=1e-12, atol=1e-15)


def test_an_activation_that_the_table_does_not_have_cannot_be_compiled() -> None:
    from charmlp.calculus.compiled import value
    from charmlp.system.compiling import part_of_compiled

    relu = calculus.ACTIVATIONS["relu"]
    stranger = Activation("stranger", relu.forward, relu.backward, "y")
    compute = part_of_compiled(lambda entry, x: value(entry, x, np.float64))
    assert compute(relu, -1.0) == 0
    with pytest.raises(KeyError, match="no such 'stranger'"):
        compute(stranger, -1.0)


def test_sigmoid_keeps_its_digits_where_it_is_small() -> None:
    x = np.linspace(-80, 0, 161, dtype=np.float32)
    exact = 1 / (1 + np.exp(-x.astype(np.float64)))
    assert np.abs(calculus.ACTIVATIONS["sigmoid"](x) / exact - 1).max() < 1e-6
    with_tanh = np.float32(0.5) * (1 + np.tanh(x / 2))
    assert np.abs(with_tanh / exact - 1).max() > 0.4  # the other formula, by which this test would fail


def test_no_gradient_passes_a_dead_unit_however_large_it_is() -> None:
    relu = calculus.ACTIVATIONS["relu"]
    x = np.array([-1.0, 0.0, 2.0])
    assert np.array_equal(relu.input_gradient(np.full(3, np.inf), x, relu(x)), [0, 0, np.inf])


def test_half_an_activation_is_refused() -> None:
    relu = calculus.ACTIVATIONS["relu"]
    with pytest.raises(ValueError, match="takes x or y"):
        Activation("half", relu.forward, relu.backward, "z")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Activation("half", relu.forward)  # type: ignore[call-arg]


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_cross_entropy(smoothing: float, weights: Array | None) -> None:
    logits = RNG.normal(size=(N, K))
    targets = calculus.class_targets(LABELS, K, smoothing, weights)
    total = N if weights is None else float(weights[LABELS].sum())
    analytic = calculus.cross_entropy_backward(logits, targets, total)
    assert agree(analytic, numeric(lambda z: calculus.cross_entropy(z, targets, total), logits))


def test_squared_error() -> None:
    y, target = RNG.normal(size=(N, K)), RNG.normal(size=(N, K))
    assert agree(
        calculus.squared_error_backward(y, target), numeric(lambda y: calculus.squared_error(y, target), y)
    )


def test_a_missing_mean_is_noticed() -> None:
    logits, targets = RNG.normal(size=(N, K)), calculus.class_targets(LABELS, K)
    wrong = N * calculus.cross_entropy_backward(logits, targets, N)
    assert not agree(wrong, numeric(lambda z: calculus.cross_entropy(z, targets, N), logits))


@pytest.mark.parametrize("shift", [0.0, 1e4, -1e4])
def test_large_logits_stay_finite(shift: float) -> None:
    logits = np.array([[1000.0, -1000.0, 0.0], [0.0, 0.0, 0.0]]) + shift
    targets = calculus.class_targets(np.array([1, 2]), 3)
    assert calculus.cross_entropy(logits, targets, 2) == pytest.approx(1000 + np.log(3) / 2)
    assert np.isfinite(calculus.cross_entropy_backward(logits, targets, 2)).all()


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_cross_entropy_is_torchs(smoothing: float, weights: Array | None) -> None:
    torch = pytest.importorskip("torch")
    logits = RNG.normal(size=(N, K))
    z = torch.tensor(logits, requires_grad=True)
    weight = None if weights is None else torch.tensor(weights)
    loss = torch.nn.functional.cross_entropy(
        z, torch.tensor(LABELS), weight=weight, label_smoothing=smoothing
    )
    loss.backward()
    targets = calculus.class_targets(LABELS, K, smoothing, weights)
    total = N if weights is None else float(weights[LABELS].sum())
    assert calculus.cross_entropy(logits, targets, total) == pytest.approx(loss.item(), rel=1e-12)
    assert np.allclose(calculus.cross_entropy_backward(logits, targets, total), z.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize("act_type", calculus.ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(), (4,), (4, 6, 5)])
def test_the_network_is_that_of_nn(hidden: tuple[int, ...], act_type: str) -> None:
    torch = pytest.importorskip("torch")
    from charmlp import nn

    model = nn.MLP(D, K, hidden, act_type=act_type).double()
    linears = [module for module in model.modules() if isinstance(module, nn.Linear)]
    x = RNG.normal(size=(N, D))
    ours = calculus.mlp(
        x, [m.weight.detach().numpy() for m in linears], [m.bias.detach().numpy() for m in linears], act_type
    )
    assert np.allclose(ours, model(torch.tensor(x)).detach().numpy(), rtol=1e-12)
