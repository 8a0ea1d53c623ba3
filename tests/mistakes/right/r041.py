import torch


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inp):
        out = torch.relu(inp)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad):
        out, = ctx.saved_tensors
        return grad * torch.sign(out)
