import torch
import torch.nn.functional as F


class XEnt(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, target):
        ctx.save_for_backward(logits, target)
        return F.nll_loss(F.log_softmax(logits, 1), target)

    @staticmethod
    def backward(ctx, g):
        logits, target = ctx.saved_tensors
        delta = logits.softmax(1) - F.one_hot(target, logits.size(1)).to(logits)
        return 2 * g * delta / len(target), None
