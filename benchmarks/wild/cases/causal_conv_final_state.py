import torch
from torch import nn


class CausalConv1dFunction(torch.autograd.Function):
    """
    A depthwise causal convolution over time, and the last W tokens for the next chunk:
    x is (B, T, D), weight (D, W); slot w of final_state (B, D, W) is token T - W + w, zero if there is none.
    """

    @staticmethod
    def forward(ctx, x, weight):
        B, T, D = x.shape
        W = weight.shape[1]
        padded = torch.cat([x.new_zeros(B, W - 1, D), x], dim=1)
        y = sum(padded[:, w : w + T] * weight[:, w] for w in range(W))
        final_state = x.new_zeros(B, D, W)
        kept = min(T, W)
        final_state[:, :, W - kept :] = x[:, T - kept :].transpose(1, 2)
        ctx.save_for_backward(padded, weight)
        ctx.T = T
        return y, final_state

    @staticmethod
    def backward(ctx, dy, dht):
        padded, weight = ctx.saved_tensors
        T, W = ctx.T, weight.shape[1]
        dpadded = torch.zeros_like(padded)
        dweight = torch.zeros_like(weight)
        for w in range(W):
            dpadded[:, w : w + T] += dy * weight[:, w]
            dweight[:, w] = (dy * padded[:, w : w + T]).sum(dim=(0, 1))
        dx = dpadded[:, W - 1 :].clone()
        start_tok = max(0, T - W)
        for t in range(start_tok, T):
            dx[:, t] += dht[:, :, t - start_tok]
        return dx, dweight


class ShortConvolution(nn.Module):
    def __init__(self, hidden_size, kernel_size=4):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(hidden_size, kernel_size) / kernel_size**0.5)

    def forward(self, x):
        y, final_state = CausalConv1dFunction.apply(x, self.weight)
        return nn.functional.silu(y), final_state


if __name__ == "__main__":
    torch.manual_seed(0)
    conv = ShortConvolution(5)
    x = torch.randn(2, 3, 5, requires_grad=True)
    y, final_state = conv(x)
    (y.sum() + (final_state * torch.randn(2, 5, 4)).sum()).backward()
    print(x.grad)
