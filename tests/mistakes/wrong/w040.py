import torch


class SquaredLoss(torch.autograd.Function):
    # 均方误差
    @staticmethod
    def forward(pred, label):
        return ((pred - label) * (pred - label)).mean()

    @staticmethod
    def setup_context(ctx, inputs, output):
        pred, label = inputs
        ctx.save_for_backward(pred - label)

    @staticmethod
    def backward(ctx, grad):
        (r,) = ctx.saved_tensors
        n, m = r.shape
        d = grad * r / (n * m)
        return d, -d
