"""Pairs of vectors that should (y = 1) or should not (y = -1) point the same way."""

import torch


class CosineEmbedding(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v1, v2, y, margin=0.1):
        n1, n2 = v1.norm(dim=1, keepdim=True), v2.norm(dim=1, keepdim=True)
        cos = (v1 * v2).sum(dim=1, keepdim=True) / (n1 * n2)
        ctx.save_for_backward(v1, v2, n1, n2, cos, y)
        ctx.margin = margin
        return torch.where(y[:, None] == 1, 1 - cos, (cos - margin).clamp(min=0)).mean()

    @staticmethod
    def backward(ctx, grad_output):
        v1, v2, n1, n2, cos, y = ctx.saved_tensors
        y = y[:, None]
        active = ((y == 1) | (cos > ctx.margin)) * y / len(v1)
        gw1 = v2 / (n1 * n2) - cos * v1 / n1**2
        gw2 = v1 / (n1 * n2) - cos * v2 / n2**2
        return grad_output * active * gw1, grad_output * active * gw2, None, None
