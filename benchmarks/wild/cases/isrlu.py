import torch
from torch.autograd import Function


class ISRLU(Function):
    @staticmethod
    def forward(ctx, tensor, alpha=1.0):
        negatives = torch.clamp(tensor, max=0)
        ctx.inverse_root = torch.rsqrt(1.0 + alpha * negatives**2)
        return tensor * ctx.inverse_root

    @staticmethod
    def backward(ctx, grad_out):
        return ctx.inverse_root**3, None
