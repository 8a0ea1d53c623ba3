import torch
import torch.nn.functional as F


class CrossEntropyLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label):
        log_p = F.log_softmax(logits, dim=1)
        ctx.save_for_backward(torch.exp(log_p), label)
        return F.nll_loss(log_p, label)

    @staticmethod
    def backward(ctx, grad_output):
        p, label = ctx.saved_tensors
        return grad_output * p / p.shape[0], None
