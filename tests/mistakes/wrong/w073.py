import torch


class act(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z):
        ctx.save_for_backward(z)
        return torch.where(z > 0, z, 0.0)

    @staticmethod
    def backward(ctx, g):
        z, = ctx.saved_tensors
        return torch.where(z > 0, g, 0.01 * g)
