import torch


class Relu2d(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        n, d = x.shape
        out = torch.zeros(n, d)
        for i in range(n):
            for j in range(d):
                if x[i, j] > 0:
                    out[i, j] = x[i, j]
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, g):
        out, = ctx.saved_tensors
        n, d = out.shape
        grad = torch.zeros(n, d)
        grad[out > 0] = g.float()[out > 0]
        return grad
