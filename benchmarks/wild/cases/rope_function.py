import torch


def rotate(x, cos, sin):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat([x1 * cos - x2 * sin, x1 * sin + x2 * cos], dim=-1)


class Rope(torch.autograd.Function):
    """Rotary embedding of x, (sequence, dim) with an even dim."""

    @staticmethod
    def forward(ctx, x, base=10000.0):
        half = x.shape[-1] // 2
        freqs = base ** (-torch.arange(half, dtype=x.dtype) / half)
        angles = torch.arange(x.shape[-2], dtype=x.dtype)[:, None] * freqs
        ctx.cos, ctx.sin = angles.cos(), angles.sin()
        return rotate(x, ctx.cos, ctx.sin)

    @staticmethod
    def backward(ctx, grad_output):
        return rotate(grad_output, ctx.cos, -ctx.sin), None
