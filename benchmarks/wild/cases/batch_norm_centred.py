"""Batch normalisation without scale and shift."""

import torch


class BatchNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, eps=1e-5):
        inv = torch.rsqrt(X.var(dim=0, unbiased=False) + eps)
        Y = (X - X.mean(dim=0)) * inv
        ctx.save_for_backward(Y, inv)
        return Y

    @staticmethod
    def backward(ctx, dY):
        Y, inv = ctx.saved_tensors
        part = (dY - (dY * Y).mean(dim=0) * Y) * inv
        return part - part.mean(dim=0), None
