"""A layer that compares by sums of absolute differences instead of products."""

import torch
from torch.autograd import Function


class adder(Function):
    @staticmethod
    def forward(ctx, W_col, X_col):
        ctx.save_for_backward(W_col, X_col)
        return -(W_col.unsqueeze(2) - X_col.unsqueeze(0)).abs().sum(1)

    @staticmethod
    def backward(ctx, grad_output):
        W_col, X_col = ctx.saved_tensors
        sign = torch.sign(X_col.unsqueeze(0) - W_col.unsqueeze(2))
        grad_W_col = (sign * grad_output.unsqueeze(1)).sum(2)
        grad_X_col = (-sign * grad_output.unsqueeze(1)).sum(0)
