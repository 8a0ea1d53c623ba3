import torch


class LogSumExp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        e = x.exp()
        s = e.sum(dim=1)
        ctx.save_for_backward(e, s)
        return s.log()

    @staticmethod
    def backward(ctx, g):
        e, s = ctx.saved_tensors
        return g[:, None] * e / s[:, None]


def softmax_loss(logits, label):
    n = logits.shape[0]
    return (LogSumExp.apply(logits) - logits[torch.arange(n), label]).mean()
