import torch
import torch.nn.functional as F


class ConvTranspose2D(torch.autograd.Function):
    """arg (N, C_in, h, w), kernel (C_in, C_out, k0, k1)"""

    @staticmethod
    def forward(ctx, arg, kernel, stride, dilation):
        ctx.save_for_backward(arg, kernel)
        ctx.stride, ctx.dilation = stride, dilation
        return F.conv_transpose2d(arg, kernel, stride=stride, dilation=dilation)

    @staticmethod
    def backward(ctx, grad):
        arg, kernel = ctx.saved_tensors
        stride, dilation = ctx.stride, ctx.dilation
        grad_arg = F.conv2d(grad, kernel, stride=stride, dilation=dilation)

        grad_kernel = F.conv2d(grad.transpose(0, 1), arg.transpose(0, 1), stride=stride, dilation=dilation)
        grad_kernel = grad_kernel.transpose(0, 1)
        k0, k1 = kernel.shape[2:]
        grad_kernel = grad_kernel[:, :, :k0, :k1]
        return grad_arg, grad_kernel, None, None


class Upsample(torch.nn.Module):
    def __init__(self, channels_in, channels_out, size=3, stride=1, dilation=1):
        super().__init__()
        self.kernel = torch.nn.Parameter(0.1 * torch.randn(channels_in, channels_out, size, size))
        self.stride, self.dilation = stride, dilation

    def forward(self, x):
        return ConvTranspose2D.apply(x, self.kernel, self.stride, self.dilation)


if __name__ == "__main__":
    torch.manual_seed(4)
    layer = Upsample(2, 1, stride=2)
    x = torch.randn(3, 2, 4, 4)
    target = torch.zeros(3, 1, 9, 9)
    loss = F.mse_loss(layer(x), target)
    loss.backward()
    print(loss.item(), layer.kernel.grad.shape)
