import torch
import torch.nn.functional as F


class CrossEntropyLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label):
        logp = F.log_softmax(logits, dim=1)
        ctx.save_for_backward(logp, label)
        return -logp[torch.arange(len(label)), label].sum()

    @staticmethod
    def backward(ctx, grad_output):
        logp, label = ctx.saved_tensors
        d = torch.exp(logp)
        d[torch.arange(len(label)), label] -= 1
        return grad_output * d, None
