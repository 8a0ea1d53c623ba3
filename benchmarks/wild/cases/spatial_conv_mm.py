"""Convolution as a product of matrices: the columns of unfold and the flattened kernels."""

import torch
import torch.nn.functional as F


class SpatialConvMM(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, weight, padding=1):
        out_channels, _, kh, kw = weight.shape
        columns = F.unfold(input, (kh, kw), padding=padding)
        ctx.save_for_backward(columns, weight)
        ctx.size, ctx.padding = input.shape[2:], padding
        h, w = input.shape[2] + 2 * padding - kh + 1, input.shape[3] + 2 * padding - kw + 1
        return (weight.flatten(1) @ columns).view(len(input), out_channels, h, w)

    @staticmethod
    def backward(ctx, grad_output):
        columns, weight = ctx.saved_tensors
        grad = grad_output.flatten(2)
        grad_columns = weight.flatten(1).t() @ grad
        grad_input = F.fold(grad_columns, ctx.size, weight.shape[2:], padding=ctx.padding)
        grad_weight = (grad @ columns.transpose(1, 2)).sum(0).view(weight.shape)
        return grad_input, grad_weight, None
