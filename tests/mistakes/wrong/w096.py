import torch


class Bar(torch.autograd.Function):
    @staticmethod
    def forward(ctx, u):
        v = u.tanh()
        ctx.save_for_backward(v)
        return v

    @staticmethod
    def backward(ctx, g):
        u, = ctx.saved_tensors
        return torch.einsum("ij,ij->ij", g, 1 - torch.tanh(u) ** 2)
