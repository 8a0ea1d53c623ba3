import torch


class L2Loss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, pred, target):
        d = pred.sub_(target)
        ctx.save_for_backward(d.clone())
        return d.square().mean()

    @staticmethod
    def backward(ctx, grad_output):
        d, = ctx.saved_tensors
        return grad_output * 2 / d.numel() * d, None
