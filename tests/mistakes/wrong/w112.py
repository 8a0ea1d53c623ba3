import torch


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(x, W, b):
        return torch.addmm(b, x, W.T)

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, W, b = inputs
        ctx.save_for_backward(x, W)

    @staticmethod
    def backward(ctx, grad_output):
        x, W = ctx.saved_tensors
        return grad_output @ W, grad_output.sum(0), grad_output.T @ x
