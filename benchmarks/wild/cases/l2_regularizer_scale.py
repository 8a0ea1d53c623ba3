"""L2 penalty of a parameter."""

import torch


class L2Regularizer(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w, scale=1e-2):
        ctx.save_for_backward(w)
        ctx.scale = scale
        value = torch.sum(torch.pow(w, 2)) * scale
        return scale * value

    @staticmethod
    def backward(ctx, grad_output):
        (w,) = ctx.saved_tensors
        return grad_output * ctx.scale * ctx.scale * 2 * w, None
