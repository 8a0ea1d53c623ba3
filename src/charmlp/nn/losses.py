"""Losses: softmax cross entropy and the mean squared error."""

from typing import Any

import torch
from torch import Tensor

from charmlp.nn.checks import HandDerived, check_cross_entropy, check_mse_loss, reduction_name
from charmlp.nn.function import HandDerivedFunction, save
from charmlp.nn.precision import loss_dtypes


def log_softmax(logits: Tensor) -> Tensor:
    """log qₙₖ = zₙₖ − m − log Σⱼ exp(zₙⱼ − m) over the last dimension, m = maxⱼ zₙⱼ.

    The shift by m changes nothing but the overflow: the largest exponent is 0, so the sum is at least 1.
    Why that is needed: docs/derivations/stability.md.
    """
    shifted = logits - logits.detach().amax(-1, keepdim=True)  # m, which cancels, has no gradient
    return shifted - shifted.exp().sum(-1, keepdim=True).log()


def logits_gradient(log_q: Tensor, targets: Tensor) -> Tensor:
    """∂Lₙ/∂zₙᵢ = qₙᵢ Σₖ tₙₖ − tₙᵢ of a row's loss Lₙ = −Σₖ tₙₖ log qₙₖ, derived in `CrossEntropyFunction`."""
    return log_q.exp() * targets.sum(-1, keepdim=True) - targets


def times_log(t: Tensor, log_q: Tensor) -> Tensor:
    """t log q, and 0 where t is 0, for a masked class (z = −∞, q = 0) as well: 0 log 0 = lim t log t = 0."""
    return torch.where(t == 0, 0, t * log_q)


class CrossEntropyFunction(HandDerivedFunction):
    """L = −(1/S) Σₙₖ tₙₖ log qₙₖ with q = softmax(z) of each row.

    logits z: N×K   targets t: N×K   total S: one number   L: one number
    (instead of N any leading dimensions, or none; without a total one loss a row, Lₙ = −Σₖ tₙₖ log qₙₖ)

    From log qₙₖ = zₙₖ − log Σⱼ exp zₙⱼ follows ∂log qₙₖ/∂zₙᵢ = [k = i] − qₙᵢ, and with it

        ∂L/∂zₙᵢ = −(1/S) Σₖ tₙₖ ([k = i] − qₙᵢ) = (qₙᵢ Σₖ tₙₖ − tₙᵢ) / S
        ∂L/∂tₙₖ = −log qₙₖ / S

    Where each row of t is one-hot and S = N, that is the course's ∂L/∂z = (q − y*) / N.
    Forward mode: tangent L̇ = (Σₙₖ ((qₙₖ Σⱼ tₙⱼ − tₙₖ) żₙₖ − ṫₙₖ log qₙₖ) − L Ṡ) / S.
    Saved for backward: the inputs. Derivation in full: docs/derivations/softmax-cross-entropy.md.
    """

    @staticmethod
    def forward(logits: Tensor, targets: Tensor, total: Tensor | None) -> Tensor:
        losses = -times_log(targets, log_softmax(logits)).sum(-1)
        return losses if total is None else losses.sum() / total

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        save(ctx, *inputs)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        logits, targets, total = ctx.saved_tensors
        needs_logits, needs_targets, _ = ctx.needs_input_grad
        gradient = gradient.unsqueeze(-1) if total is None else gradient / total
        log_q = log_softmax(logits)
        grad_logits = gradient * logits_gradient(log_q, targets) if needs_logits else None
        grad_targets = -gradient * log_q if needs_targets else None
        return grad_logits, grad_targets, None

    @staticmethod
    def jvp(ctx: Any, z_tangent: Tensor, t_tangent: Tensor, total_tangent: Tensor | None) -> Tensor:
        logits, targets, total = ctx.saved_tensors
        log_q = log_softmax(logits)
        rows = (logits_gradient(log_q, targets) * z_tangent - times_log(t_tangent, log_q)).sum(-1)
        if total is None or total_tangent is None:
            return rows
        loss = CrossEntropyFunction.forward(logits, targets, total)
        return (rows.sum() - loss * total_tangent) / total


class MSELossFunction(HandDerivedFunction):
    """L = (1/M) Σᵢ (yᵢ − y*ᵢ)².

    prediction y and target y*: one shape   total M: a number   L: one number
    (without a total one loss an element, Lᵢ = (yᵢ − y*ᵢ)²)

        ∂L/∂yᵢ = 2 (yᵢ − y*ᵢ) / M        ∂L/∂y*ᵢ = −∂L/∂yᵢ

    Forward mode: tangent L̇ = (2/M) Σᵢ (yᵢ − y*ᵢ) (ẏᵢ − ẏ*ᵢ).
    Saved for backward: the inputs y and y*. Derivation in full: docs/derivations/squared-error.md.
    """

    @staticmethod
    def forward(prediction: Tensor, target: Tensor, total: int | None) -> Tensor:
        squares = (prediction - target) ** 2
        return squares if total is None else squares.sum() / total

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        prediction, target, ctx.total = inputs
        save(ctx, prediction, target)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        prediction, target = ctx.saved_tensors
        gradient = gradient if ctx.total is None else gradient / ctx.total
        grad_prediction = gradient * 2 * (prediction - target)
        return grad_prediction, -grad_prediction, None

    @staticmethod
    def jvp(ctx: Any, prediction_tangent: Tensor, target_tangent: Tensor, total: None) -> Tensor:
        prediction, target = ctx.saved_tensors
        terms = 2 * (prediction - target) * (prediction_tangent - target_tangent)
        return terms if ctx.total is None else terms.sum() / ctx.total


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Softmax cross entropy of logits z and a target: class indices y, or probabilities p.

    input: N×K, K, or N×K×d₁×…   indices: the same without K   probabilities: the same   weight w: K

    L = −(1/S) Σₙₖ tₙₖ log softmax(zₙ)ₖ   with   tₙₖ = cₙ wₖ ((1 − ε) pₙₖ + ε/K)

    p of an index y is 1 at y, else 0; ε is `label_smoothing` (Szegedy et al. 2016, section 7,
    arXiv:1512.00567); cₙ is 0 where y is `ignore_index`, else 1. reduction "mean": S = Σₙ cₙ w_yₙ for indices
    (N where nothing is weighted or ignored), S = N for probabilities; "sum": S = 1; "none": the N losses.

    Arguments and errors are those of `torch.nn.functional.cross_entropy` (`IndexError` for an index that is
    no class); what docs/nn.md lists as not supported raises `NotImplementedError`.

    >>> cross_entropy(torch.zeros(2, 4), torch.tensor([3, 0]))  # log 4, whatever the target
    tensor(1.3863)
    """
    reduction = reduction_name(size_average, reduce, reduction)
    check_cross_entropy(input, target, weight, ignore_index, label_smoothing)
    are_probabilities = target.shape == input.shape
    wide, dtype = loss_dtypes(input, weight, target if are_probabilities else None)
    class_dim = min(1, input.dim() - 1)
    logits = input.movedim(class_dim, -1).to(wide)
    n_classes = logits.shape[-1]
    weight = logits.new_ones(n_classes) if weight is None else weight.to(wide)

    if are_probabilities:
        probabilities = target.movedim(class_dim, -1).to(wide)
        counted = row_weights = logits.new_ones(logits.shape[:-1])
    else:
        labels = target.long()
        counted = labels != ignore_index
        labels = labels.masked_fill(~counted, 0)
        row_weights = counted * weights_of(labels, weight)
        probabilities = torch.zeros_like(logits).scatter(-1, labels.unsqueeze(-1), 1)
        # what an ignored row holds must not matter, nan and S = 0 included
        logits = logits.masked_fill(~counted.unsqueeze(-1), 0)

    smoothed = (1 - label_smoothing) * probabilities + label_smoothing / n_classes
    targets = counted.unsqueeze(-1) * weight * smoothed
    total = {"mean": row_weights.sum(), "sum": logits.new_ones(()), "none": None}[reduction]
    return CrossEntropyFunction.call(logits, targets, total).to(dtype)


def weights_of(labels: Tensor, weight: Tensor) -> Tensor:
    """The weight of each label's class; `IndexError` for a label that is no class."""
    try:
        return weight.index_select(0, labels.flatten()).reshape(labels.shape)
    except IndexError:
        raise IndexError(
            f"cross_entropy: a target is out of bounds: the {len(weight)} classes are 0 to {len(weight) - 1}"
        ) from None


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Mean squared error L = (1/M) Σᵢ (yᵢ − y*ᵢ)²; with weights L = Σᵢ wᵢ (yᵢ − y*ᵢ)² / Σᵢ wᵢ.

    input and target: any shape, the same or (with a warning) one that broadcasts; weight: the input's shape.
    `reduction="sum"` does not divide, "none" returns the M losses. Arguments and errors are those of
    `torch.nn.functional.mse_loss`; what docs/nn.md lists as not supported raises `NotImplementedError`.

    >>> mse_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
    tensor(2.)
    """
    reduction = reduction_name(size_average, reduce, reduction)
    check_mse_loss(input, target, weight)
    wide, dtype = loss_dtypes(input, target, weight)
    input, target = torch.broadcast_tensors(input.to(wide), target.to(wide))
    if weight is None:
        total = {"mean": input.numel(), "sum": 1, "none": None}[reduction]
        return MSELossFunction.call(input, target, total).to(dtype)
    weight = weight.to(wide)
    losses = weight * MSELossFunction.call(input, target, None)
    if reduction != "none":
        losses = losses.sum() / (weight.sum() if reduction == "mean" else 1)
    return losses.to(dtype)


class CrossEntropyLoss(HandDerived, torch.nn.CrossEntropyLoss):
    """`torch.nn.CrossEntropyLoss` with the forward and backward of this file."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of logits N×K, K, or N×K×d₁×… by class indices or probabilities (`cross_entropy`)."""
        return cross_entropy(
            input,
            target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class MSELoss(HandDerived, torch.nn.MSELoss):
    """`torch.nn.MSELoss` with the forward and backward of this file."""

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """The loss of two tensors of one shape (`mse_loss`)."""
        return mse_loss(input, target, reduction=self.reduction)
