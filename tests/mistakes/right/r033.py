import torch
from torch import nn


class LogSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        out = x - torch.logsumexp(x, 1, keepdim=True)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, g):
        out, = ctx.saved_tensors
        return g - out.exp() * g.sum(1, keepdim=True)


class Pick(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logp, label):
        ctx.shape, ctx.label = logp.shape, label
        return -logp[torch.arange(len(label)), label].mean()

    @staticmethod
    def backward(ctx, g):
        n = ctx.shape[0]
        d = torch.zeros(ctx.shape, dtype=g.dtype)
        d[torch.arange(n), ctx.label] = -1 / n
        return d * g, None


class CrossEntropyLoss(nn.Module):
    def forward(self, logits, label):
        return Pick.apply(LogSoftmax.apply(logits), label)
