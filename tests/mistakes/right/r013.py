import torch


class WeightedSum(torch.autograd.Function):
    @staticmethod
    def forward(a, b):
        return a + 2 * b

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.weights = (1, 2)

    @staticmethod
    def backward(ctx, g):
        return tuple(w * g for w in ctx.weights)
