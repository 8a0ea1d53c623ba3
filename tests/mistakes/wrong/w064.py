import torch


class Layer(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, w, c):
        ctx.save_for_backward(a, w, c)
        return torch.addmm(c, a, w.t())

    @staticmethod
    def backward(ctx, d):
        a, w, c = ctx.saved_tensors
        ones = torch.ones_like(c)
        return d.mm(w), d.t().mm(a), d * ones
