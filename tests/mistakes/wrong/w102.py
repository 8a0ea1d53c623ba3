import torch


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(x, W, b):
        return torch.einsum("ij,kj->ik", x, W) + b

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, W, b = inputs
        ctx.save_for_backward(x, W)

    @staticmethod
    def backward(ctx, g):
        x, W = ctx.saved_tensors
        return -(g @ W), g.T @ x, torch.mean(g, dim=0)
