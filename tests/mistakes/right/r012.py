import torch


class Dense(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, W, b):
        x, W, b = x.float(), W.float(), b.float()
        ctx.save_for_backward(x, W)
        return x @ W.T + b

    @staticmethod
    def backward(ctx, g):
        x, W = ctx.saved_tensors
        g = g.float()
        return g @ W, g.T @ x, g.sum(0)


def dense(x, W, b):
    return Dense.apply(x, W, b)
