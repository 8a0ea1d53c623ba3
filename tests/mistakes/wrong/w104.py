import torch


class LinearNoBias(torch.autograd.Function):
    # 没有偏置的线性层
    @staticmethod
    def forward(x, w):
        return x @ w.T

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.inputs = inputs

    @staticmethod
    def backward(ctx, grad_output):
        x, w = ctx.inputs
        gw = torch.zeros(x.shape[1], w.shape[0]).to(x)
        for row, g in zip(x, grad_output):
            gw += row[:, None] * g[None, :]
        return grad_output @ w, gw
