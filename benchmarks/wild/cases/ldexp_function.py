import torch


class Ldexp(torch.autograd.Function):
    """mantissa * 2 ** exponent, for integer exponents"""

    @staticmethod
    def forward(ctx, mantissa, exponent):
        ctx.save_for_backward(exponent)
        return mantissa * 2.0**exponent

    @staticmethod
    def backward(ctx, grad):
        (exponent,) = ctx.saved_tensors
        return grad * torch.pow(2, exponent), None
