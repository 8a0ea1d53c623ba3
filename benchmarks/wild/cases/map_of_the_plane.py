import torch


class QuadraticMap(torch.autograd.Function):
    """(x, y) to (x^2, x y, y^2)."""

    @staticmethod
    def forward(ctx, point):
        ctx.save_for_backward(point)
        x, y = point
        return torch.stack([x * x, x * y, y * y])

    @staticmethod
    def backward(ctx, grad_output):
        (point,) = ctx.saved_tensors
        x, y = point
        zero = torch.zeros_like(x)
        jacobian = torch.stack(
            [
                torch.stack([2 * x, zero]),
                torch.stack([y, x]),
                torch.stack([zero, 2 * y]),
            ]
        )
        return grad_output @ jacobian
