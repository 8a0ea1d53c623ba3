import torch
from torch.autograd import Function


class SoftmaxFunction(Function):
    @staticmethod
    def forward(ctx, src, axis):
        space_max = src.max(dim=axis, keepdim=True).values
        dst = torch.exp(src - space_max)
        dst = dst / dst.sum(dim=axis, keepdim=True)
        ctx.axis = axis
        ctx.save_for_backward(dst)
        return dst

    @staticmethod
    def backward(ctx, diff_dst):
        (dst,) = ctx.saved_tensors
        sbr = (diff_dst * dst).sum(dim=ctx.axis, keepdim=True)
        return dst * (diff_dst - sbr), None


class LogSoftmaxFunction(Function):
    @staticmethod
    def forward(ctx, src, axis):
        space_max = src.max(dim=axis, keepdim=True).values
        dst = src - space_max
        dst = dst - torch.log(torch.exp(dst).sum(dim=axis, keepdim=True))
        ctx.axis = axis
        ctx.save_for_backward(dst)
        return dst

    @staticmethod
    def backward(ctx, diff_dst):
        (dst,) = ctx.saved_tensors
        sbr = (diff_dst * dst).sum(dim=ctx.axis, keepdim=True)
        return diff_dst - sbr, None


def softmax(src, axis=1):
    return SoftmaxFunction.apply(src, axis)


def log_softmax(src, axis=1):
    return LogSoftmaxFunction.apply(src, axis)


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(4, 5, requires_grad=True)
    log_softmax(x).sum().backward()
    print(x.grad)
