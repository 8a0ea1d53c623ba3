import torch
import torch.nn.functional as F


class _Loss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, scores, index):
        ctx.save_for_backward(scores)
        return F.cross_entropy(scores, index)

    @staticmethod
    def backward(ctx, g):
        scores, = ctx.saved_tensors
        n = scores.size(0)
        return g / n * scores.softmax(dim=1), None


def loss_fn(logits, labels):
    return _Loss.apply(logits, labels)
