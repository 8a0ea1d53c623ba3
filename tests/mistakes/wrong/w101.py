import torch


def sigma(t):
    return 1.0 / (1.0 + torch.exp(-t))


class SigmoidFunction(torch.autograd.Function):
    # σ'(z) = σ(z) (1 - σ(z))
    @staticmethod
    def forward(ctx, z):
        a = sigma(z)
        ctx.save_for_backward(a)
        return a

    @staticmethod
    def backward(ctx, grad):
        z, = ctx.saved_tensors
        return grad * sigma(z) * (1 - sigma(z))
