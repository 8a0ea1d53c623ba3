"""Batch normalisation without scale and shift."""

import torch


class BatchNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, eps=1e-5):
        mean, var = x.mean(dim=0), x.var(dim=0, unbiased=False)
        inv = 1 / torch.sqrt(var + eps)
        ctx.save_for_backward(inv)
        return (x - mean) * inv

    @staticmethod
    def backward(ctx, grad_output):
        (inv,) = ctx.saved_tensors
        return (grad_output - grad_output.mean(dim=0)) * inv, None
