"""Attention with the trick of flash attention in its backward pass."""

import torch


class Attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v):
        scale = q.shape[-1] ** -0.5
        prob = torch.softmax(q @ k.mT * scale, dim=-1)
        out = prob @ v
        ctx.save_for_backward(q, k, v, prob, out)
        ctx.scale = scale
        return out

    @staticmethod
    def backward(ctx, up):
        q, k, v, prob, out = ctx.saved_tensors
        dv = prob.mT @ up
        d_prob = up @ v.mT
        inner = (up * out).sum(dim=-1, keepdim=True)
        d_score = prob * (d_prob - inner) * ctx.scale
        return d_score @ k, d_score.mT @ q, dv
