import torch


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, W, b):
        ctx.save_for_backward(x, W, b)
        y = torch.mm(x, W.t())
        return y + b

    @staticmethod
    def backward(ctx, grad_output):
        x, W, b = ctx.saved_tensors
        dx = torch.mm(grad_output, W.t())
        dW = torch.mm(grad_output.t(), x)
        db = grad_output.sum(0)
        return dx, dW, db
