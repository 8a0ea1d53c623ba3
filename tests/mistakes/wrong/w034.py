import torch


class relu(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return (x.abs() + x) / 2

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, g):
        out, = ctx.saved_tensors
        return torch.sign(g) * torch.sign(out)
