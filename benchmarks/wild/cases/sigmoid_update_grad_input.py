"""Sigmoid with a backward pass that takes input and upstream gradient."""

import torch


class Sigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        output = torch.sigmoid(x)
        ctx.save_for_backward(output)
        return output

    @staticmethod
    def backward(ctx, gradOutput):
        (output,) = ctx.saved_tensors
        return gradOutput * (1 - output) * output
