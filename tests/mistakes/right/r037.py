import torch
import torch.nn.functional as F


class CrossEntropyLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label):
        logp = F.log_softmax(logits, dim=1)
        ctx.save_for_backward(logp, label)
        return F.nll_loss(logp, label)

    @staticmethod
    def backward(ctx, grad_output):
        logp, label = ctx.saved_tensors
        y = torch.exp(logp)
        return grad_output * (y - F.one_hot(label, y.shape[1])) / y.shape[0], None
