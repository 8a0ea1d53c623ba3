import torch


class Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return 0.5 * x * (1 + torch.tanh(0.79788456 * x * (1 + 0.044715 * x**2)))

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        tanh_out = torch.tanh(0.79788456 * x * (1 + 0.044715 * x**2))
        slope = (1 - tanh_out**2) * (0.79788456 + 0.1070322243 * x**2)
        return dy * (0.5 * x * slope + 0.5 * (1 + tanh_out))
