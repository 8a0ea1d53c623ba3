"""Layer normalisation with weight and bias."""

import torch


class LayerNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, gamma, beta, eps=1e-5):
        mean = x.mean(dim=-1, keepdim=True)
        rstd = (x.var(dim=-1, unbiased=False, keepdim=True) + eps).rsqrt()
        hat = (x - mean) * rstd
        ctx.save_for_backward(hat, rstd, gamma)
        return hat * gamma + beta

    @staticmethod
    def backward(ctx, dy):
        hat, rstd, gamma = ctx.saved_tensors
        d_gamma = (dy * hat).sum(dim=0)
        d_beta = dy.sum(dim=0)
        d = dy * gamma
        dx = d - d.mean(-1, keepdim=True) - hat * (d * hat).mean(-1, keepdim=True)
        return dx * rstd, d_beta, d_gamma, None
