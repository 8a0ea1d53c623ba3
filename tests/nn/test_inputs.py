"""What comes in: any strides and dtypes, gradients wanted of some only; and all of it left as it is."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from charmlp.nn import functional
from tests.nn.cases import CASES, COMPLEX, WEIGHT, Case, draw, each_case
from tests.nn.twins import Operation, assert_same, assert_twins, twin, values_and_gradients


def strided(x: Tensor) -> Tensor:
    """The same numbers with gaps between them, the dimensions in reverse order in memory."""
    gaps = torch.empty((*reversed(x.shape), 2), dtype=x.dtype)[..., 1]
    copy = gaps.permute(tuple(reversed(range(x.dim()))))
    return copy.copy_(x.detach()).detach().requires_grad_(x.requires_grad)


@each_case
def test_strides_do_not_matter(case: Case) -> None:
    inputs = [strided(x) for x in case.inputs]
    options = {k: strided(v) if isinstance(v, Tensor) else v for k, v in case.options.items()}
    ours = Case(case.kind, case.name, tuple(inputs), options).ours
    output, expected = ours(*inputs), case.torchs(*(twins := twin(case.inputs)))
    assert_same(output, expected)
    cotangent = torch.ones((), dtype=output.dtype).expand_as(output)  # strides of 0
    gradients = torch.autograd.grad(output, inputs, cotangent)
    assert_same(gradients, torch.autograd.grad(expected, twins, cotangent.clone()))


def test_strided_inputs_are_not_contiguous() -> None:
    """Negative control: the test above asks something else than the others."""
    for x in (draw(5), draw(5, 3), draw(2, 1, 5, 3)):
        assert_same(strided(x), x)
        assert not strided(x).is_contiguous()


def test_rows_of_a_transposed_and_of_an_expanded_batch() -> None:
    x, weight, bias = draw(3, 5).detach(), draw(4, 3), draw(4)
    assert_twins(lambda w, b: functional.linear(x.T, w, b), lambda w, b: F.linear(x.T, w, b), weight, bias)
    row = draw(1, 3)
    assert_twins(lambda x: functional.tanh(x.expand(5, 3)), lambda x: torch.tanh(x.expand(5, 3)), row)


def changes(operation: Operation, tensors: list[Tensor]) -> list[str]:
    """What forward and backward of `operation` do to the tensors that it is given, and to its cotangent."""
    before, versions = [x.detach().clone() for x in tensors], [x._version for x in tensors]
    output = operation()
    found = []
    if output.numel() and output.untyped_storage().data_ptr() in {
        x.untyped_storage().data_ptr() for x in tensors
    }:
        found.append("the output shares memory with an input")
    cotangent = torch.randn_like(output)
    cotangent_before = cotangent.clone()
    torch.autograd.grad(output, [x for x in tensors if x.requires_grad], cotangent)
    if not torch.equal(cotangent, cotangent_before):
        found.append("backward wrote into its cotangent")
    for x, version, values in zip(tensors, versions, before, strict=True):
        if x._version != version or not torch.equal(x, values):
            found.append("an input was written into")
    return found


@pytest.mark.parametrize("case", CASES + COMPLEX, ids=str)
def test_inputs_and_cotangents_are_left_as_they_are(case: Case) -> None:
    options = [value for value in case.options.values() if isinstance(value, Tensor)]
    assert changes(lambda: case.ours(*case.inputs), [*case.inputs, *options]) == []


class ScalesItsCotangent(torch.autograd.Function):
    """Negative control: right but for what it does to others' tensors."""

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return 2 * x

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
        pass

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient.mul_(2)


def test_writing_is_seen() -> None:
    x = draw(5, 3)
    assert changes(lambda: ScalesItsCotangent.apply(x), [x]) == ["backward wrote into its cotangent"]
    assert changes(lambda: x.view(15), [x]) == ["the output shares memory with an input"]
    assert changes(lambda: functional.tanh(x.data.mul_(2).requires_grad_()) + x, [x]) != []


SOME = [
    Case("linear", "", (draw(5, 3), draw(4, 3), draw(4))),
    Case("cross_entropy", "", (draw(5, 3), draw(5, 3).softmax(1).detach())),
    Case("mse_loss", "", (draw(5, 3), draw(5, 3))),
]


@pytest.mark.parametrize("case", SOME, ids=lambda case: case.kind)
def test_gradients_of_some_inputs(case: Case) -> None:
    for wanted in itertools.product((True, False), repeat=len(case.inputs)):
        inputs = [x.detach().clone().requires_grad_(w) for x, w in zip(case.inputs, wanted, strict=True)]
        assert case.ours(*inputs).requires_grad is any(wanted)
        assert_twins(case.ours, case.torchs, *inputs)


def test_no_graph_without_gradients() -> None:
    with torch.no_grad():
        assert functional.linear(draw(5, 3), draw(4, 3)).grad_fn is None
    with torch.inference_mode():
        assert not functional.cross_entropy(draw(5, 3), torch.zeros(5, dtype=torch.int64)).requires_grad


def test_the_same_tensor_twice() -> None:
    x = draw(4, 4)
    assert_twins(lambda x: functional.linear(x, x), lambda x: F.linear(x, x), x)
    assert_twins(
        lambda x: functional.cross_entropy(x, x.softmax(1)), lambda x: F.cross_entropy(x, x.softmax(1)), x
    )


@pytest.mark.parametrize("other", [torch.float64, torch.float16, torch.int64], ids=str)
def test_mixed_dtypes_become_what_they_do_in_torch(other: torch.dtype) -> None:
    y, target = draw(5, 3).detach().float().requires_grad_(), draw(5, 3).detach().to(other)
    assert_twins(functional.mse_loss, F.mse_loss, y, target)
    if other.is_floating_point:
        assert_twins(functional.cross_entropy, F.cross_entropy, y, target.softmax(1))


def test_weights_of_classes_want_gradients_where_torchs_do() -> None:
    weight = WEIGHT.clone().requires_grad_()
    logits, target = draw(7, 5), draw(7, 5).softmax(1).detach()
    assert_twins(functional.cross_entropy, F.cross_entropy, logits, target, weight)
    with pytest.raises(NotImplementedError, match="no gradient with respect to weight"):
        functional.cross_entropy(logits, torch.zeros(7, dtype=torch.int64), weight)


def test_a_label_in_a_byte_is_not_taken_for_a_negative_one() -> None:
    """156 and -100, the usual `ignore_index`, are the same byte."""
    logits, labels = draw(2, 200), torch.tensor([156, 3], dtype=torch.uint8)
    assert_twins(lambda z: functional.cross_entropy(z, labels), lambda z: F.cross_entropy(z, labels), logits)


def test_means_divide_by_the_number_of_rows() -> None:
    """One row repeated has the same mean, and each copy its share of the gradient."""
    x, label = draw(1, 5).detach(), torch.tensor([3])
    _, (gradient,) = values_and_gradients(
        lambda x: functional.cross_entropy(x, label), ((x.clone().requires_grad_(),), {})
    )
    for n in (2, 7):
        many = x.repeat(n, 1).requires_grad_()
        value, (gradients,) = values_and_gradients(
            lambda x, n=n: functional.cross_entropy(x, label.repeat(n)), ((many,), {})
        )
        assert_same(value, functional.cross_entropy(x, label))
        assert_same(gradients, (gradient / n).repeat(n, 1))
