import torch


class Baz(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        rows = []
        for r in x:
            e = (r - r.max()).exp()
            rows.append(e / e.sum())
        ctx.p = torch.stack(rows)
        return ctx.p.clone()

    @staticmethod
    def backward(ctx, g):
        p = ctx.p
        dx = torch.zeros_like(p)
        for n in range(p.shape[0]):
            for i in range(p.shape[1]):
                for j in range(p.shape[1]):
                    delta = 1.0 if i == j else 0.0
                    dx[n, i] += g[n, j] * p[n, j] * (delta - p[n, i])
        return dx
