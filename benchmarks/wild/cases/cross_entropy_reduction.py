"""Cross-entropy with the reductions mean and sum."""

import torch


class CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, targets, reduction):
        log_probs = torch.log_softmax(logits, dim=1)
        ctx.save_for_backward(log_probs, targets)
        losses = -log_probs[torch.arange(len(targets)), targets]
        return losses.mean() if reduction == "mean" else losses.sum()

    @staticmethod
    def backward(ctx, grad_output):
        log_probs, targets = ctx.saved_tensors
        batch = len(targets)
        grad = log_probs.exp()
        grad[torch.arange(batch), targets] -= 1
        return grad * grad_output / batch, None, None


class CrossEntropyLoss(torch.nn.Module):
    def __init__(self, reduction="sum"):
        super().__init__()
        self.reduction = reduction

    def forward(self, logits, targets):
        return CrossEntropy.apply(logits, targets, self.reduction)
