import torch


class SoftmaxLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, y):
        p = torch.exp(logits)
        p = p / p.sum(1, keepdim=True)
        ctx.save_for_backward(p, y)
        return -(y * torch.log(p)).sum(1).mean()

    @staticmethod
    def backward(ctx, g):
        p, y = ctx.saved_tensors
        return g * (p - y) / p.numel(), None
