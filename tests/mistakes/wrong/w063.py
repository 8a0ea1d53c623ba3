import torch


class Sine(torch.autograd.Function):
    """sin(2x)"""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(torch.cos(2 * x))
        return torch.sin(2 * x)

    @staticmethod
    def backward(ctx, grad_out):
        c, = ctx.saved_tensors
        grad_in = 2 * c
        grad_in *= grad_out
        grad_in *= grad_out
        return grad_in
