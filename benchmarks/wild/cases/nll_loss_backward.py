import torch


class NLLLoss(torch.autograd.Function):
    """Mean negative log-likelihood; takes log-probabilities and class numbers."""

    @staticmethod
    def forward(ctx, log_probs, target):
        ctx.save_for_backward(target)
        ctx.size = log_probs.shape
        return -log_probs.gather(1, target.unsqueeze(1)).mean()

    @staticmethod
    def backward(ctx, grad_output):
        (target,) = ctx.saved_tensors
        grad_input = grad_output.new_zeros(ctx.size)
        grad_input.scatter_(1, target.unsqueeze(1), -1.0 / ctx.size[0])
        return grad_input, None
