import torch


class MyTanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = 2 / (1 + torch.exp(-2 * x)) - 1
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, dy):
        y, = ctx.saved_tensors
        d = 1 - y
        d *= 1 + y
        d *= dy
        return d
