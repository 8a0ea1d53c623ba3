import torch
import torch.nn.functional as F


class Conv2DBackpropInput(torch.autograd.Function):
    """The transposed convolution: what a convolution's output takes back to its input."""

    @staticmethod
    def forward(ctx, x, filter, stride=1):
        ctx.save_for_backward(x, filter)
        ctx.stride = stride
        return F.conv_transpose2d(x, filter, stride=stride)

    @staticmethod
    def backward(ctx, v):
        x, filter = ctx.saved_tensors
        grad_filter = torch.nn.grad.conv2d_weight(v, filter.shape, x, stride=ctx.stride)
        grad_x = F.conv2d(v, filter, stride=ctx.stride)
        return grad_filter, grad_x, None
