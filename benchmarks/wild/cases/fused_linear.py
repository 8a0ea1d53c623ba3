"""A linear layer for inputs with any number of leading dimensions."""

import torch


class FusedLinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, weights, bias):
        ctx.save_for_backward(input, weights)
        return input @ weights + bias

    @staticmethod
    def backward(ctx, grad_output):
        input, weights = ctx.saved_tensors
        grad_input = grad_output @ weights.T
        grad_weights = input.flatten(0, -2).T @ grad_output.flatten(0, -2)
        grad_bias = grad_output.sum(dim=0)
        return grad_input, grad_weights, grad_bias
