import torch


class MSE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, y, y_star):
        ctx.save_for_backward(y, y_star)
        return torch.mean((y - y_star) ** 2)

    @staticmethod
    def backward(ctx, grad_output):
        y, y_star = ctx.saved_tensors
        return grad_output * (y - y_star) / y.numel(), None
