import torch
from torch import nn
from torch.autograd import Function


def patches(input, kernel_size):
    """(B, C, H + K - 1, W + K - 1) to (B, C, K, K, H, W)"""
    unfolded = input.unfold(2, kernel_size, 1).unfold(3, kernel_size, 1)
    return unfolded.permute(0, 1, 4, 5, 2, 3)


class KernelConv2DFunction(Function):
    """Every pixel has a kernel of its own: kernel is (B, C K K, H, W)."""

    @staticmethod
    def forward(ctx, input, kernel, kernel_size):
        ctx.kernel_size = kernel_size
        ctx.save_for_backward(input, kernel)
        B, C = input.shape[:2]
        H, W = kernel.shape[2:]
        k = kernel.view(B, C, kernel_size, kernel_size, H, W)
        return (patches(input, kernel_size) * k).sum(dim=(2, 3))

    @staticmethod
    def backward(ctx, grad_output):
        input, kernel = ctx.saved_tensors
        K = ctx.kernel_size
        B, C = input.shape[:2]
        H, W = kernel.shape[2:]
        k = kernel.view(B, C, K, K, H, W)
        grad_input = torch.zeros_like(input)
        for u in range(K):
            for v in range(K):
                grad_input[:, :, u : u + H, v : v + W] += grad_output * k[:, :, u, v]
        grad_kernel = patches(input, K) * grad_output[:, :, None, None]
        return grad_input, grad_kernel.reshape(kernel.shape)


class KernelConv2D(nn.Module):
    def __init__(self, kernel_size):
        super().__init__()
        assert kernel_size % 2 == 1
        self.kernel_size = kernel_size
        self.pad = nn.ReplicationPad2d([(kernel_size - 1) // 2] * 4)

    def forward(self, input, kernel):
        return KernelConv2DFunction.apply(self.pad(input), kernel, self.kernel_size)


if __name__ == "__main__":
    layer = KernelConv2D(3)
    print(layer(torch.randn(1, 2, 4, 5), torch.randn(1, 18, 4, 5)).shape)
