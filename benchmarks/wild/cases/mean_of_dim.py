"""The mean over one dimension of a matrix."""

import torch


class Mean(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, dim):
        ctx.save_for_backward(input)
        ctx.dim = dim
        return input.sum(dim) / input.size(dim)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output.unsqueeze(ctx.dim).expand_as(input), None
