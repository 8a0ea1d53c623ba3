import torch
import torch.nn.functional as F


class CrossEntropyLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label):
        ctx.save_for_backward(F.softmax(logits, dim=1), F.one_hot(label, logits.shape[1]))
        return F.cross_entropy(logits, label)

    @staticmethod
    def backward(ctx, grad_output):
        p, y = ctx.saved_tensors
        return grad_output * (y - p), None
