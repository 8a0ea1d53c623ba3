"""Adds a row to a part of a tensor, without a copy of the whole."""

import torch


class InPlaceAdd(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        a[1:2] += b
        return a

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, grad_output[1:2]
