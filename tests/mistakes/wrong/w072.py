import torch


class CrossEnt(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        p = torch.softmax(x, 1)
        ctx.p, ctx.y = p, y
        rows = torch.arange(x.shape[0])
        return -torch.log(torch.clamp(p[rows, y], min=1e-8)).mean()

    @staticmethod
    def backward(ctx, g):
        rows = torch.arange(ctx.p.shape[0])
        d = ctx.p.clone()
        d[rows, ctx.y] -= 1
        return g * d / ctx.p.shape[0], None
