"""Mish."""

import torch
import torch.nn.functional as F


class Mish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.tanh(F.softplus(x))

    @staticmethod
    def backward(ctx, up):
        (x,) = ctx.saved_tensors
        sp = F.softplus(x)
        d_sp = 1 - torch.exp(-sp)
        t = torch.tanh(sp)
        d_tanh = (1 - t * t) * d_sp
        return up * (x * d_tanh + t)
