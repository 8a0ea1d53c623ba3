import torch


class Foo(torch.autograd.Function):
    @staticmethod
    def forward(ctx, scores, y):
        scores = scores.float()
        n, c = scores.shape
        p = torch.zeros(n, c)
        loss = torch.zeros(())
        for k in range(n):
            s = scores[k] - scores[k].max()
            e = s.exp()
            p[k] = e / e.sum()
            loss += e.sum().log() - s[y[k]]
        ctx.p, ctx.y = p, y
        return loss / n

    @staticmethod
    def backward(ctx, g):
        n, c = ctx.p.shape
        d = ctx.p - torch.eye(c)[ctx.y]
        return g.float() * d / n, None
