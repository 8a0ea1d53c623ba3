import torch


class MSE(torch.autograd.Function):
    @staticmethod
    def forward(a, b):
        return torch.mean(torch.square(a - b))

    @staticmethod
    def setup_context(ctx, inputs, output):
        a, b = inputs
        ctx.save_for_backward(a - b)

    @staticmethod
    def backward(ctx, g):
        r, = ctx.saved_tensors
        n, c = r.shape
        d = 2 * g * r / (n * c)
        return d, -d
