import torch


class SafeMul(torch.autograd.Function):
    """The product; what is not a number on the way back is set to zero."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        g[torch.isnan(g)] = 0.0
        grad_x = g * y
        grad_y = g.mul_(x)
        return grad_x, grad_y
