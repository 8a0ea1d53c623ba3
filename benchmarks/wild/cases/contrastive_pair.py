"""Contrastive loss: similar pairs are drawn together, others pushed apart up to a margin."""

import torch


class ContrastiveLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b, y, margin=3.0):
        diff = a - b
        dist = diff.norm(dim=1)
        gap = (margin - dist).clamp(min=0)
        ctx.save_for_backward(diff, dist, gap, y)
        return (y * dist**2 + (1 - y) * gap**2).sum() / (2 * len(a))

    @staticmethod
    def backward(ctx, grad_output):
        diff, dist, gap, y = ctx.saved_tensors
        scale = (y - (1 - y) * gap / dist) / len(diff)
        grad_a = grad_output * scale[:, None] * diff
        return grad_a, -grad_a, None, None
