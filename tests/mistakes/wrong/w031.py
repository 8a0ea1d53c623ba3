import torch


class MyMSELoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, y_pred, y_true):
        ctx.e = y_pred - y_true
        return ctx.e.pow(2).sum() / ctx.e.numel()

    @staticmethod
    def backward(ctx, grad):
        batch = ctx.e.shape[0]
        return grad * (2 / ctx.e.numel()) * ctx.e / batch, None
