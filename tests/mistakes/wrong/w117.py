import torch


class Tanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = torch.sigmoid(x)
        ctx.save_for_backward(s)
        return 2 * s - 1

    @staticmethod
    def backward(ctx, g):
        s, = ctx.saved_tensors
        return 2 * g * s * (1 - s)
