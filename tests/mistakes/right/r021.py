import torch


class SoftMax(torch.autograd.Function):
    @staticmethod
    def forward(z):
        return torch.softmax(z, dim=-1)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, g):
        p, = ctx.saved_tensors
        J = torch.diag_embed(p) - torch.einsum("ni,nj->nij", p, p)
        return torch.einsum("nij,ni->nj", J, g)
