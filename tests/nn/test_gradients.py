"""Values and gradients in float64: beside torch's, and beside differences (gradcheck, gradgradcheck)."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck
from torch.autograd.gradcheck import GradcheckError

from charmlp.nn.activations import ReLUFunction, SigmoidFunction
from charmlp.nn.linear import LinearFunction
from charmlp.nn.losses import CrossEntropyFunction, MSELossFunction
from tests.nn.cases import CASES, COMPLEX, MEANS_OF_NOTHING, Case, draw
from tests.nn.twins import assert_twins
from tests.sampling import one_in

# what torch itself does when forward mode is first used
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is:DeprecationWarning")


@pytest.mark.parametrize("case", CASES + COMPLEX + MEANS_OF_NOTHING, ids=str)
def test_values_and_gradients_are_torchs(case: Case) -> None:
    assert_twins(case.ours, case.torchs, *case.inputs)


@pytest.mark.parametrize("case", one_in(2, CASES + COMPLEX), ids=str)
def test_gradcheck(case: Case) -> None:
    """Reverse mode and forward mode, of one vector and of many at once."""
    assert gradcheck(
        case.ours,
        case.inputs,
        check_batched_grad=True,
        check_forward_ad=True,
        check_batched_forward_grad=True,
    )


@pytest.mark.parametrize("case", one_in(3, CASES + COMPLEX), ids=str)
def test_gradgradcheck(case: Case) -> None:
    assert gradgradcheck(case.ours, case.inputs, check_fwd_over_rev=True, check_rev_over_rev=True)


# Negative controls: one Function of each kind with one mistake in its backward, or in its jvp.


class LinearWithoutInputGradient(LinearFunction):
    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        grad_x, *others = LinearFunction.backward(ctx, gradient)
        return (None if grad_x is None else 0 * grad_x, *others)


class ReLUWithoutMask(ReLUFunction):
    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient


class SigmoidOfConstant(SigmoidFunction):
    """Right once, wrong twice: the saved output is cut off from the graph."""

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        y = ctx.saved_tensors[0].detach()
        return gradient * y * (1 - y)


class CrossEntropyWithoutMean(CrossEntropyFunction):
    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        return CrossEntropyFunction.backward(ctx, gradient * ctx.saved_tensors[2])


class MSELossWithoutTwo(MSELossFunction):
    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        return MSELossFunction.backward(ctx, gradient / 2)


class LinearWithoutWeightTangent(LinearFunction):
    @staticmethod
    def jvp(ctx: Any, x_tangent: Tensor, weight_tangent: Tensor, bias_tangent: Tensor | None) -> Tensor:
        return LinearFunction.jvp(ctx, x_tangent, 0 * weight_tangent, bias_tangent)


class CrossEntropyWithoutTargetTangent(CrossEntropyFunction):
    @staticmethod
    def jvp(ctx: Any, z_tangent: Tensor, t_tangent: Tensor, total_tangent: Tensor | None) -> Tensor:
        return CrossEntropyFunction.jvp(ctx, z_tangent, 0 * t_tangent, total_tangent)


class SigmoidWithoutSlope(SigmoidFunction):
    @staticmethod
    def jvp(ctx: Any, tangent: Tensor) -> Tensor:
        return tangent


class MSELossOfOneTangent(MSELossFunction):
    @staticmethod
    def jvp(ctx: Any, prediction_tangent: Tensor, target_tangent: Tensor, total: None) -> Tensor:
        return MSELossFunction.jvp(ctx, prediction_tangent, 0 * target_tangent, total)


WRONG_JVP = {
    LinearWithoutWeightTangent: (draw(5, 3), draw(4, 3), draw(4)),
    SigmoidWithoutSlope: (draw(5, 3),),
    CrossEntropyWithoutTargetTangent: (draw(5, 3), draw(5, 3).detach().softmax(1).requires_grad_(), None),
    MSELossOfOneTangent: (draw(5, 3), draw(5, 3), 15),
}


@pytest.mark.parametrize("function", WRONG_JVP)
def test_a_wrong_jvp_is_seen(function: Any) -> None:
    inputs = WRONG_JVP[function]
    assert gradcheck(function.__mro__[1].apply, inputs, check_forward_ad=True)
    assert gradcheck(function.apply, inputs)
    with pytest.raises(GradcheckError, match="forward mode"):
        gradcheck(function.apply, inputs, check_forward_ad=True)


WRONG = {
    LinearWithoutInputGradient: (draw(5, 3), draw(4, 3), draw(4)),
    ReLUWithoutMask: (draw(5, 3),),
    CrossEntropyWithoutMean: (draw(5, 3), draw(5, 3).detach().softmax(1), torch.tensor(5.0)),
    MSELossWithoutTwo: (draw(5, 3), draw(5, 3), 15),
}


@pytest.mark.parametrize("function", WRONG)
def test_a_wrong_backward_is_seen(function: Any) -> None:
    right = function.__mro__[1].apply
    inputs = WRONG[function]
    assert gradcheck(right, inputs)
    assert_twins(right, right, *inputs)
    with pytest.raises(GradcheckError):
        gradcheck(function.apply, inputs)
    with pytest.raises(AssertionError):
        assert_twins(function.apply, right, *inputs)


def test_a_backward_that_is_wrong_the_second_time_is_seen() -> None:
    inputs = (draw(5, 3),)
    assert gradcheck(SigmoidOfConstant.apply, inputs)
    with pytest.raises(GradcheckError):
        gradgradcheck(SigmoidOfConstant.apply, inputs)
