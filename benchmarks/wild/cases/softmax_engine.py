"""Softmax whose gradient function and engine are two steps."""

import torch


def grad_fn_softmax(s, grad):
    return s * (grad - (grad * s).sum(dim=-1, keepdim=True))


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = torch.softmax(x, dim=-1)
        ctx.save_for_backward(s)
        return s

    @staticmethod
    def backward(ctx, grad_output):
        (s,) = ctx.saved_tensors
        local = grad_fn_softmax(s, grad_output)
        return local * grad_output
