import torch


class MyLinear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.x, ctx.w = x, w
        return torch.einsum("nd,kd->nk", x, w) + b

    @staticmethod
    def backward(ctx, g):
        dx = -torch.einsum("nk,kd->nd", g, ctx.w)
        dw = torch.einsum("nk,nd->kd", g, ctx.x)
        db = torch.einsum("nk->k", g)
        return dx, dw, db
