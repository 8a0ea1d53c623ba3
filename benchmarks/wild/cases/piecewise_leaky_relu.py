import torch


class PiecewiseLeakyReLU(torch.autograd.Function):
    """The primitive of the surrogate: slope c outside of [-w, w], a ramp from 0 to 1 inside."""

    @staticmethod
    def forward(ctx, x, w=1.0, c=0.01):
        ctx.save_for_backward(x)
        ctx.w, ctx.c = w, c
        inside = x / (2 * w) + 0.5
        left = c * (x + w)
        right = c * (x - w) + 1
        return torch.where(x < -w, left, torch.where(x > w, right, inside))

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        inner = x.abs() <= ctx.w
        slope = torch.where(inner, torch.full_like(x, 1 / ctx.w), torch.full_like(x, ctx.c))
        return grad_output * slope, None, None
