import torch


class BatchNormFunction(torch.autograd.Function):
    """Y = (X - mean(X)) / sqrt(var(X) + eps), over the examples."""

    @staticmethod
    def forward(ctx, x, eps=1e-5):
        std = torch.sqrt(x.var(dim=0, unbiased=False) + eps)
        y = (x - x.mean(dim=0)) / std
        ctx.save_for_backward(y, std)
        return y

    @staticmethod
    def backward(ctx, top_diff):
        # dE(Y)/dX = (dE/dY - mean(dE/dY) - mean(dE/dY * Y) * Y) / sqrt(var(X) + eps)
        y, std = ctx.saved_tensors
        bottom_diff = top_diff - top_diff.mean(dim=0) - (top_diff * y).mean(dim=0) * y
        return bottom_diff / std, None
