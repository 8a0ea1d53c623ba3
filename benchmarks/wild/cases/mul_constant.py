"""Multiplication by a constant."""

import torch
from torch.autograd.function import Function


class Scaled(Function):
    @staticmethod
    def forward(ctx, x, factor=3.0):
        ctx.factor = factor
        return x * factor

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, None


def triple(x: torch.Tensor):
    return Scaled.apply(x)
