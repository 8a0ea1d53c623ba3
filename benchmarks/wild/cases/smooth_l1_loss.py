"""Smooth L1 loss."""

import torch


class SmoothL1Loss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, target, beta=1.0):
        diff = input - target
        ctx.save_for_backward(diff)
        ctx.beta = beta
        return torch.where(diff < beta, 0.5 * diff * diff / beta, diff.abs() - 0.5 * beta)

    @staticmethod
    def backward(ctx, grad_output):
        (diff,) = ctx.saved_tensors
        grad = grad_output * torch.where(diff < ctx.beta, diff / ctx.beta, diff.sign())
        return grad, -grad, None
