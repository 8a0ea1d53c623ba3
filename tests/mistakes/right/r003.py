import torch


class Squash(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u):
        t = torch.tanh(u / 2)
        ctx.t = t
        return 0.5 * (1 + t)

    @staticmethod
    def backward(ctx, g):
        return g * 0.25 * (1 - ctx.t) * (1 + ctx.t)
