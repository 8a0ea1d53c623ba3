import torch
import torch.nn.functional as F


class CrossEntropyLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label):
        ctx.save_for_backward(F.softmax(logits, dim=1), label)
        return F.cross_entropy(logits, label)

    @staticmethod
    def backward(ctx, grad_output):
        y, label = ctx.saved_tensors
        target = F.one_hot(label, y.shape[1])
        return None, grad_output * (y - target) / y.shape[0]
