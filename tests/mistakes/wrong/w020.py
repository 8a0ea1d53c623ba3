import torch


class SoftPlus(torch.autograd.Function):
    """log(1 + exp(x))"""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0) + torch.log1p(torch.exp(-x.abs()))

    @staticmethod
    def backward(ctx, grad):
        x, = ctx.saved_tensors
        s = 1 / (1 + torch.exp(-x))
        return -s * grad
