import torch


class F1(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        return x @ w.T + b

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        one = x.new_ones(x.shape[0], w.shape[0])
        return one @ w, one.T @ x, one.sum(0)
