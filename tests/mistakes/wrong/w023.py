import torch


class Squares(torch.autograd.Function):
    @staticmethod
    def forward(ctx, r):
        ctx.save_for_backward(r)
        return torch.einsum("nc,nc->", r, r)

    @staticmethod
    def backward(ctx, g):
        r, = ctx.saved_tensors
        return 2 * g * r


def mse_loss(pred, target):
    return Squares.apply(pred - target)
