import torch


def collapse_sum_like(grad, like):
    """The sum over the axes along which like was broadcast."""
    while grad.dim() > like.dim():
        grad = grad.sum(0)
    for axis, size in enumerate(like.shape):
        if size == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis, keepdim=True)
    return grad


class Divide(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        orig = x / y
        ctx.save_for_backward(x, y, orig)
        return orig

    @staticmethod
    def backward(ctx, grad):
        x, y, orig = ctx.saved_tensors
        return collapse_sum_like(grad / y, x), collapse_sum_like(-(grad * orig / y), y)
