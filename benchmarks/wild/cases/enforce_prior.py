import torch
from torch.autograd import Function


class EnforcePrior(Function):
    """Where the prior is zero the logits go down so far that nothing is ever drawn there."""

    @staticmethod
    def forward(ctx, x, prior):
        excluded = (prior < 1e-8).to(x.dtype)
        ctx.save_for_backward(excluded)
        return x - 1e12 * excluded

    @staticmethod
    def backward(ctx, grad):
        (excluded,) = ctx.saved_tensors
        return grad * (1 - excluded)
