import torch
from torch import nn


class LogSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        out = torch.log_softmax(x, 1)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, g):
        out, = ctx.saved_tensors
        return g - out.exp() * g.sum(1, keepdim=True)


class Pick(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logp, label):
        ctx.save_for_backward(logp, label)
        return -logp[torch.arange(len(label)), label].mean()

    @staticmethod
    def backward(ctx, g):
        logp, label = ctx.saved_tensors
        d = torch.zeros_like(logp)
        d[torch.arange(len(label)), label] = -1
        return d * g, None


class CrossEntropyLoss(nn.Module):
    def forward(self, logits, label):
        return Pick.apply(LogSoftmax.apply(logits), label)
