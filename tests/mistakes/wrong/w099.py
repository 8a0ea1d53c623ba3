import torch
import torch.nn.functional as F


class CrossEntropyLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label):
        exps = torch.exp(logits)
        p = exps / exps.sum(1, keepdim=True)
        onehot = F.one_hot(label, p.shape[1])
        ctx.save_for_backward(p, onehot)
        return -torch.log((p * onehot).sum(1)).mean()

    @staticmethod
    def backward(ctx, grad_output):
        p, onehot = ctx.saved_tensors
        return grad_output * (p - onehot) / p.shape[0], None
