import torch


class WeightedSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        return a + 2 * b

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, -2 * grad_output
