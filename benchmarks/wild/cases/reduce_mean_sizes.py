"""Sum and mean over some dimensions, the second by way of the first."""

import torch


class ReduceSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dims):
        ctx.shape = x.shape
        return x.sum(dim=dims, keepdim=True)

    @staticmethod
    def backward(ctx, grad):
        return grad.expand(ctx.shape), None


class ReduceMean(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dims):
        out = x.mean(dim=dims, keepdim=True)
        ctx.input_shape, ctx.output_size = x.shape, out.numel()
        return out

    @staticmethod
    def backward(ctx, grad):
        sum_grad = grad.expand(ctx.input_shape)
        factor = sum_grad.numel() / ctx.output_size
        return sum_grad / factor, None
