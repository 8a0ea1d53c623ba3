"""Layer normalisation over the last dimension, for (batch, sequence, hidden)."""

import torch


class LayerNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, eps=1e-5):
        N = x.shape[-1]
        M = x.numel() // N
        rows = x.reshape(M, N)
        mean = rows.mean(dim=1, keepdim=True)
        rstd = (rows.var(dim=1, unbiased=False, keepdim=True) + eps).rsqrt()
        y = (rows - mean) * rstd
        ctx.save_for_backward(y, rstd)
        return y.reshape(x.shape)

    @staticmethod
    def backward(ctx, dy):
        y, rstd = ctx.saved_tensors
        M = dy.shape[0]
        N = dy.numel() // M
        rstd = rstd.expand_as(y).reshape(M, N)
        x_hat, g = y.reshape(M, N), dy.reshape(M, N)
        c1 = g.mean(dim=1, keepdim=True)
        c2 = (g * x_hat).mean(dim=1, keepdim=True)
        dx = (g - c1 - x_hat * c2) * rstd
        return dx.reshape(dy.shape), None
