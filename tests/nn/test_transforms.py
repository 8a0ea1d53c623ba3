"""torch.func (vmap, jacrev, grad) over our operations, beside the same over torch's."""

from __future__ import annotations

import functools
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, stack_module_state, vmap

from charmlp import nn
from charmlp.nn import functional
from tests.nn.cases import ACTIVATIONS, TORCHS, WEIGHT, Case, draw, draw_labels, each_case
from tests.nn.twins import Operation, assert_same, assert_twins

# what torch itself does when forward mode is first used
pytestmark = pytest.mark.filterwarnings(
    "ignore:`torch.jit.script` is:DeprecationWarning",
    # its own mse_loss resizes what it should not, under vmap with one batched argument
    "ignore:An output with one or more elements was resized:UserWarning",
)


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
    *(batch(kind, (1,), draw(5, 2, 3)) for kind in ACTIVATIONS),
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


@each_batch
def test_gradients_through_vmap(kind: str, in_dims: Any, inputs: Any, options: Any) -> None:
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    ours, torchs = (
        vmap(functools.partial(f, **options), in_dims) for f in (getattr(functional, kind), TORCHS[kind])
    )
    assert_twins(ours, torchs, *leaves)


@each_case
@pytest.mark.parametrize("inner", [jacrev, jacfwd])
def test_jacobian_by_both_modes(case: Case, inner: Any) -> None:
    everything = tuple(range(len(case.inputs)))
    inputs = [x.detach() for x in case.inputs]
    assert_same(inner(case.ours, everything)(*inputs), inner(case.torchs, everything)(*inputs))


@each_case
@pytest.mark.parametrize(
    "twice",
    [lambda f, n: jacrev(jacrev(f, n), n), hessian, lambda f, n: jacrev(jacfwd(f, n), n)],
    ids=["reverse over reverse", "forward over reverse", "reverse over forward"],
)
def test_hessian(case: Case, twice: Any) -> None:
    everything = tuple(range(len(case.inputs)))
    inputs = [x.detach() for x in case.inputs]
    assert_same(*(twice(f, everything)(*inputs) for f in (case.ours, case.torchs)))


def along(f: Operation, where: tuple[int, ...], inputs: tuple[Tensor, ...], tangents: Any) -> Any:
    """f and its derivative along `tangents`, one for each of the inputs at `where`."""

    def of_some(*some: Tensor) -> Any:
        given = dict(zip(where, some, strict=True))
        return f(*(given.get(i, x) for i, x in enumerate(inputs)))

    return jvp(of_some, tuple(inputs[i] for i in where), tangents)


@each_batch
def test_forward_mode_and_vmap(kind: str, in_dims: Any, inputs: Any, options: Any) -> None:
    where = differentiable(inputs)
    tangents = tuple(draw(*inputs[i].shape).detach() for i in where)
    dims = (in_dims, tuple(in_dims[i] for i in where))
    ours, torchs = (functools.partial(f, **options) for f in (getattr(functional, kind), TORCHS[kind]))
    assert_same(*(along(vmap(f, in_dims), where, inputs, tangents) for f in (ours, torchs)))
    assert_same(*(vmap(functools.partial(along, f, where), dims)(inputs, tangents) for f in (ours, torchs)))


def test_a_wrong_operation_is_seen_through_each_transform() -> None:
    """Negative control of what is above: a slightly wrong gradient does not pass."""

    def hessian_of_square(f: Operation) -> Operation:
        return hessian(lambda x: f(x) * f(x))

    def wrong(x: Tensor) -> Tensor:
        return functional.tanh(x) + 1e-4 * (x - x.detach())

    x = draw(5, 3).detach()
    for transform in (
        jacrev,
        jacfwd,
        hessian_of_square,
        lambda f: jacrev(jacrev(lambda x: f(x) * f(x))),
        lambda f: vmap(jacrev(f)),
    ):
        assert_same(transform(functional.tanh)(x), transform(torch.tanh)(x))
        with pytest.raises(AssertionError):
            assert_same(transform(wrong)(x), transform(torch.tanh)(x))


def torchs_network(activation: torch.nn.Module) -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(3, 4), activation, torch.nn.Linear(4, 5)).double()


def test_gradients_by_sample_of_a_network() -> None:
    model, twin = nn.MLP(3, 5, 4, act_type="tanh").double(), torchs_network(torch.nn.Tanh())
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


def test_hessian_of_a_network_and_its_loss() -> None:
    model, twin = nn.MLP(3, 5, 4, act_type="gelu").double(), torchs_network(torch.nn.GELU())
    twin.load_state_dict(model.net.state_dict())
    x, labels = draw(7, 3).detach(), draw_labels(7)

    def of_loss(net: torch.nn.Module, loss: Operation) -> Any:
        return hessian(lambda p: loss(functional_call(net, p, x), labels))(dict(net.named_parameters()))

    assert_same(of_loss(model.net, functional.cross_entropy), of_loss(twin, TORCHS["cross_entropy"]))


def test_forward_mode_within_forward_mode_is_refused_because_torch_gets_it_wrong() -> None:
    """Refused where torch's Functions return zeros: pytorch/pytorch#197867, seen in 2.13."""

    class Square(torch.autograd.Function):
        generate_vmap_rule = True

        @staticmethod
        def forward(x: Tensor) -> Tensor:
            return x * x

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
            ctx.save_for_forward(*inputs)

        @staticmethod
        def jvp(ctx: Any, tangent: Tensor) -> Tensor:
            return 2 * ctx.saved_tensors[0] * tangent

    x = draw(3).detach()
    assert not jacfwd(jacfwd(Square.apply))(x).any()  # 2 on the diagonal would be right: then refuse no more
    for f in (functional.tanh, functional.relu, lambda x: functional.mse_loss(x, x)):
        with pytest.raises(NotImplementedError, match=r"jacfwd\(jacrev\(f\)\)"):
            jacfwd(jacfwd(f))(x)
