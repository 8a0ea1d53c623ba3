import torch


def threshold_backward(grad, result, threshold):
    return torch.where(result > threshold, grad, torch.zeros_like(grad))


class ReluFromResult(torch.autograd.Function):
    """Keeps what it gives, not what it was given, so that it could write over its input."""

    @staticmethod
    def forward(ctx, x):
        result = torch.clamp(x, min=0)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return threshold_backward(grad, result, 0)


def residual_activation(x, residual):
    for r in residual:
        x = x + r
    return ReluFromResult.apply(x)
