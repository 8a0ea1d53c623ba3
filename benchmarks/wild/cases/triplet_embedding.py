"""Triplet embedding criterion: anchors closer to positives than to negatives by a margin."""

import torch


class TripletEmbedding(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, p, n, alpha=0.2):
        Li = (a - p).pow(2).sum(1) - (a - n).pow(2).sum(1) + alpha
        ctx.save_for_backward(a, p, n, Li)
        return Li.clamp(min=0).sum() / len(a)

    @staticmethod
    def backward(ctx, grad_output):
        a, p, n, Li = ctx.saved_tensors
        scale = (Li > 0).to(a.dtype)[:, None] * 2 / len(a) * grad_output
        return (n - p) * scale, (p - a) * scale, (a - n) * scale, None
