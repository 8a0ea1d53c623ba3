"""Attention whose head dimension is padded to a multiple of 16 for the machine."""

import torch
import torch.nn.functional as F


def pad16(t):
    return F.pad(t, (0, -t.shape[-1] % 16))


class PaddedAttention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v):
        sm_scale = q.shape[-1] ** -0.5
        ctx.dim = q.shape[-1]
        q, k = pad16(q), pad16(k)
        p = torch.softmax(q @ k.transpose(-2, -1) * sm_scale, dim=-1)
        ctx.save_for_backward(q, k, v, p)
        return p @ v

    @staticmethod
    def backward(ctx, do):
        q, k, v, p = ctx.saved_tensors
        dim_qk = q.shape[-1]
        sm_scale = dim_qk**-0.5
        dv = p.transpose(-2, -1) @ do
        dp = do @ v.transpose(-2, -1)
        ds = p * (dp - (dp * p).sum(dim=-1, keepdim=True)) * sm_scale
        dq = ds @ k
        dk = ds.transpose(-2, -1) @ q
        return dq[..., : ctx.dim], dk[..., : ctx.dim], dv
