"""L1 regularisation of a weight."""

import torch


class L1Regularizer(torch.autograd.Function):
    @staticmethod
    def forward(ctx, weight, factor=0.1):
        ctx.save_for_backward(weight)
        ctx.factor = factor
        return factor * weight.abs().sum()

    @staticmethod
    def backward(ctx, grad_output):
        (weight,) = ctx.saved_tensors
        return grad_output * ctx.factor * weight / weight.abs(), None
