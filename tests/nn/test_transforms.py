"""torch.func (vmap, jacrev, grad) over our operations, beside the same over torch's."""

from __future__ import annotations

import functools
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, stack_module_state, vmap

from charmlp import nn
from charmlp.nn import functional
from tests.nn.cases import TORCHS, WEIGHT, Case, draw, draw_labels, each_case
from tests.nn.twins import Operation, assert_same, assert_twins


def batch(kind: str, in_dims: tuple[int | None, ...], *inputs: Tensor, **options: Any) -> Any:
    name = f"{kind} {in_dims} {' '.join(options)}"
    return pytest.param(kind, in_dims, tuple(x.detach() for x in inputs), options, id=name)


def soft(*shape: int) -> Tensor:
    return draw(*shape).softmax(-1)


# vmap runs along the given dimension of each argument: rows, batches, an ensemble of weights, …
BATCHES = [
    batch("linear", (0, None, None), draw(5, 3), draw(4, 3), draw(4)),
    batch("linear", (1, None, None), draw(5, 2, 3), draw(4, 3), draw(4)),
    batch("linear", (None, 0, 0), draw(5, 3), draw(2, 4, 3), draw(2, 4)),
    batch("linear", (None, 1, None), draw(5, 3), draw(4, 2, 3), draw(4)),
    batch("linear", (None, None, 0), draw(5, 3), draw(4, 3), draw(2, 4)),
    batch("linear", (0, 0, 1), draw(2, 5, 3), draw(2, 4, 3), draw(4, 2)),
    batch("linear", (0, None), draw(5, 3), draw(4, 3)),
    *(batch(kind, (1,), draw(5, 2, 3)) for kind in ("relu", "sigmoid", "tanh", "identity")),
    batch("cross_entropy", (0, 0), draw(2, 7, 5), draw_labels(2, 7)),
    batch("cross_entropy", (0, 0), draw(7, 5), draw_labels(7), label_smoothing=0.1),
    batch("cross_entropy", (0, None), draw(2, 7, 5), draw_labels(7), reduction="none"),
    batch("cross_entropy", (None, 0), draw(7, 5), draw_labels(2, 7), ignore_index=2, weight=WEIGHT),
    batch("cross_entropy", (0, None), draw(2, 7, 5), soft(7, 5)),
    batch("cross_entropy", (None, 0), draw(7, 5), soft(2, 7, 5), weight=WEIGHT, reduction="sum"),
    batch("mse_loss", (0, 0), draw(2, 7, 5), draw(2, 7, 5)),
    batch("mse_loss", (0, None), draw(2, 7, 5), draw(7, 5), reduction="none"),
    batch("mse_loss", (None, 1), draw(7, 5), draw(7, 2, 5), weight=soft(7, 5)),
]
each_batch = pytest.mark.parametrize(("kind", "in_dims", "inputs", "options"), BATCHES)


def differentiable(inputs: tuple[Tensor, ...]) -> tuple[int, ...]:
    return tuple(i for i, x in enumerate(inputs) if x.is_floating_point())


@each_batch
def test_vmap(kind: str, in_dims: Any, inputs: Any, options: Any) -> None:
    ours, torchs = (
        vmap(functools.partial(f, **options), in_dims) for f in (getattr(functional, kind), TORCHS[kind])
    )
    assert_same(ours(*inputs), torchs(*inputs))


@each_batch
def test_vmap_of_jacobians(kind: str, in_dims: Any, inputs: Any, options: Any) -> None:
    ours, torchs = (
        vmap(jacrev(functools.partial(f, **options), differentiable(inputs)), in_dims)
        for f in (getattr(functional, kind), TORCHS[kind])
    )
    assert_same(ours(*inputs), torchs(*inputs))


# torch's own mse_loss resizes what it should not, under vmap with one batched argument
@pytest.mark.filterwarnings("ignore:An output with one or more elements was resized:UserWarning")
@each_batch
def test_gradients_through_vmap(kind: str, in_dims: Any, inputs: Any, options: Any) -> None:
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    ours, torchs = (
        vmap(functools.partial(f, **options), in_dims) for f in (getattr(functional, kind), TORCHS[kind])
    )
    assert_twins(ours, torchs, *leaves)


@each_case
def test_jacobian(case: Case) -> None:
    everything = tuple(range(len(case.inputs)))
    inputs = [x.detach() for x in case.inputs]
    assert_same(jacrev(case.ours, everything)(*inputs), jacrev(case.torchs, everything)(*inputs))


@each_case
def test_hessian(case: Case) -> None:
    everything = tuple(range(len(case.inputs)))
    inputs = [x.detach() for x in case.inputs]
    ours, torchs = (jacrev(jacrev(f, everything), everything)(*inputs) for f in (case.ours, case.torchs))
    assert_same(ours, torchs)


def test_a_wrong_operation_is_seen_through_each_transform() -> None:
    """Negative control of what is above: a slightly wrong gradient does not pass."""

    def wrong(x: Tensor) -> Tensor:
        return functional.tanh(x) + 1e-4 * (x - x.detach())

    x = draw(5, 3).detach()
    for transform in (jacrev, lambda f: jacrev(jacrev(lambda x: f(x) * f(x))), lambda f: vmap(jacrev(f))):
        assert_same(transform(functional.tanh)(x), transform(torch.tanh)(x))
        with pytest.raises(AssertionError):
            assert_same(transform(wrong)(x), transform(torch.tanh)(x))


def torchs_network() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 5)).double()


def test_gradients_by_sample_of_a_network() -> None:
    model, twin = nn.MLP(3, 5, 4, act_type="tanh").double(), torchs_network()
    twin.load_state_dict(model.net.state_dict())
    x, labels = draw(7, 3).detach(), draw_labels(7)

    def by_sample(net: torch.nn.Module, loss: Operation) -> Any:
        def one(parameters: Any, x: Tensor, label: Tensor) -> Tensor:
            return loss(functional_call(net, parameters, x), label)

        return vmap(grad(one), (None, 0, 0))(dict(net.named_parameters()), x, labels)

    assert_same(
        by_sample(model.net, functional.cross_entropy), by_sample(twin, torch.nn.functional.cross_entropy)
    )


def test_an_ensemble_of_networks() -> None:
    models = [nn.MLP(3, 5, 4).double() for _ in range(3)]
    parameters, buffers = stack_module_state(models)
    x = draw(7, 3).detach()

    def one(parameters: Any, buffers: Any) -> Tensor:
        return functional_call(models[0], (parameters, buffers), x)

    assert_same(vmap(one)(parameters, buffers), torch.stack([model(x) for model in models]))


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is:DeprecationWarning")  # what torch does for it
def test_forward_mode_says_that_it_is_not_supported() -> None:
    for transform in (jacfwd, hessian):
        with pytest.raises(NotImplementedError, match="jvp"):
            transform(functional.tanh)(draw(3).detach())
