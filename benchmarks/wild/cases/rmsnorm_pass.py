"""RMS normalisation as in small language models."""

import torch


class RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inp, weight, eps=1e-5):
        rstd = torch.rsqrt(inp.pow(2).mean(-1, keepdim=True) + eps)
        ctx.save_for_backward(inp, weight, rstd)
        return inp * rstd * weight

    @staticmethod
    def backward(ctx, dout):
        inp, weight, rstd = ctx.saved_tensors
        norm = inp * rstd
        dweight = (dout * norm).sum(0)
        dinp = (dout - norm * (dout * norm).mean(-1, keepdim=True)) * rstd
        return dinp, dweight, None
