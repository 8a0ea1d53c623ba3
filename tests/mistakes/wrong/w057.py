import torch


class MySigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.y = 1 / (1 + torch.exp(-x))
        return ctx.y

    @staticmethod
    def backward(ctx, dy):
        return ctx.y * (1 - ctx.y)
