import torch
import torch.nn.functional as F


class CrossEntropyLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label):
        y = F.softmax(logits, dim=1)
        ctx.save_for_backward(y, label)
        return F.nll_loss(F.log_softmax(logits, dim=1), label)

    @staticmethod
    def backward(ctx, grad_output):
        y, label = ctx.saved_tensors
        d = F.softmax(y, dim=1) - F.one_hot(label, y.shape[1])
        return grad_output * d / label.shape[0], None
