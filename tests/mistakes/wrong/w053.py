import torch
import torch.nn.functional as F


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.softmax(x, dim=1)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        y, = ctx.saved_tensors
        return y * (g - (g * y).sum(dim=1, keepdim=True))


def cross_entropy(logits, label):
    prob = Softmax.apply(logits)
    return F.cross_entropy(prob, label)
