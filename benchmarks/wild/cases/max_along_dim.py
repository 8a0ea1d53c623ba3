"""Maximum along a dimension."""

import torch


class Max(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        out = a.amax(dim=1, keepdim=True)
        ctx.save_for_backward(a, out)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        a, top = ctx.saved_tensors
        chosen = (a - top).abs() < 1e-2
        return grad_output * chosen
