import torch


class LinearFn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, W, b):
        ctx.save_for_backward(x, W)
        return x.mm(W.t()) + b

    @staticmethod
    def backward(ctx, g):
        x, W = ctx.saved_tensors
        return g.mm(W), g.t().mm(x), g.mean(0)
