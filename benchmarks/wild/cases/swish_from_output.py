"""Swish, y = x sigmoid(x), with a gradient from input and output."""

import torch


class SwishOp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X):
        Y = X / (1 + torch.exp(-X))
        ctx.save_for_backward(X, Y)
        return Y

    @staticmethod
    def backward(ctx, dY):
        X, Y = ctx.saved_tensors
        return dY * (Y + (1 - Y) / (1 + torch.exp(-X)))
