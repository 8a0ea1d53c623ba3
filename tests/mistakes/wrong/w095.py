import torch


class SoftmaxFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        p = torch.softmax(x, dim=1)
        ctx.save_for_backward(p)
        return p

    @staticmethod
    def backward(ctx, g):
        p, = ctx.saved_tensors
        inner = torch.einsum("nc,nc->n", g, p).unsqueeze(1)
        return p.mul_(g - inner)
