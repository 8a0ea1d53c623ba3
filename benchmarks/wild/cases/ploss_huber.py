"""Pointwise losses by name."""

import torch


class PointLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, target, name, reduction, delta):
        ctx.save_for_backward(input, target)
        ctx.name, ctx.reduction, ctx.delta = name, reduction, delta
        diff = input - target
        size = diff.abs()
        out = torch.where(size < delta, 0.5 * diff**2, delta * (size - 0.5 * delta))
        return out.mean() if reduction == "mean" else out.sum()

    @staticmethod
    def backward(ctx, grad_output):
        input, target = ctx.saved_tensors
        grad = (input - target).clamp(-ctx.delta, ctx.delta) * grad_output
        if ctx.reduction == "mean":
            grad = grad / input.numel()
        return grad, -grad, None, None


def huber_loss(input, target, delta=1.0):
    return PointLoss.apply(input, target, "huber", "mean", delta)
