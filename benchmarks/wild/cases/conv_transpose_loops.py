"""A transposed convolution: each input pixel stamps the kernel onto the output."""

import torch


class ConvTranspose2dFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, stride):
        """x: (N, C, H, W); weight: (C, O, kH, kW)."""
        n, c, h, w = x.shape
        _, o, kh, kw = weight.shape
        y = x.new_zeros(n, o, (h - 1) * stride + kh, (w - 1) * stride + kw)
        for i in range(h):
            for j in range(w):
                top, left = i * stride, j * stride
                stamp = torch.einsum("nc,cokl->nokl", x[:, :, i, j], weight)
                y[:, :, top : top + kh, left : left + kw] += stamp
        ctx.save_for_backward(x, weight)
        ctx.stride = stride
        return y

    @staticmethod
    def backward(ctx, dy):
        x, weight = ctx.saved_tensors
        n, c, h, w = x.shape
        kh, kw = weight.shape[2:]
        dx, dw = torch.zeros_like(x), torch.zeros_like(weight)
        for i in range(h):
            for j in range(w):
                window = dy[:, :, i : i + kh, j : j + kw]
                dx[:, :, i, j] = torch.einsum("nokl,cokl->nc", window, weight)
        for i in range(h):
            for j in range(w):
                top, left = i * ctx.stride, j * ctx.stride
                window = dy[:, :, top : top + kh, left : left + kw]
                dw += torch.einsum("nc,nokl->cokl", x[:, :, i, j], window)
        return dx, dw, None


class ConvTranspose2d(torch.nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=2):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(in_channels, out_channels, kernel_size, kernel_size))
        self.stride = stride

    def forward(self, x):
        return ConvTranspose2dFunction.apply(x, self.weight, self.stride)


if __name__ == "__main__":
    torch.manual_seed(100)
    conv = ConvTranspose2d(1, 1, kernel_size=1)
    x = torch.randn(1, 1, 1, 2, requires_grad=True)
    y = conv(x)
    y.backward(torch.tensor([[[[1.5, 0, 0.7]]]]))
    print(conv.weight, y, x.grad)
