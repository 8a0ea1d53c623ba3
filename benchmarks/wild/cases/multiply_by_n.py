"""Multiplies by a number that takes no gradient."""

import torch


class MultiplyBy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, n):
        ctx.n = n
        return x.clone()

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * ctx.n, None


def multiply_by(x, n=3):
    return MultiplyBy.apply(x, n)
