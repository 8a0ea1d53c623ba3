import torch


class Softplus(torch.autograd.Function):
    """log(1 + exp(beta x)) / beta"""

    @staticmethod
    def forward(ctx, x, beta=1.0):
        e = torch.exp(beta * x)
        ctx.save_for_backward(e)
        return torch.log(e + 1) / beta

    @staticmethod
    def backward(ctx, grad_output):
        (e,) = ctx.saved_tensors
        return grad_output * e / (e + 1), None
