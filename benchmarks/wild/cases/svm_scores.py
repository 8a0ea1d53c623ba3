"""Multiclass hinge loss of scores."""

import torch


class SVMLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, scores, labels):
        rows = torch.arange(len(labels))
        margins = (scores - scores[rows, labels][:, None] + 1).clamp(min=0)
        margins[rows, labels] = 0
        ctx.save_for_backward(margins, labels)
        return margins.sum() / len(labels)

    @staticmethod
    def backward(ctx, grad_output):
        margins, labels = ctx.saved_tensors
        rows = torch.arange(len(labels))
        grad = (margins > 0).to(margins.dtype)
        grad[rows, labels] -= grad.sum(dim=1)
        return grad_output * grad / len(labels), None
