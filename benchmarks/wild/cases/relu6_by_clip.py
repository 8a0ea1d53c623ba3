import torch
from torch import nn


class ClipByValue(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, min_value, max_value):
        ctx.save_for_backward(x)
        ctx.bounds = min_value, max_value
        return torch.clamp(x, min_value, max_value)

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        min_value, max_value = ctx.bounds
        inside = (x >= min_value) & (x <= max_value)
        return torch.where(inside, dy, torch.zeros_like(dy)), None, None


def relu6(x):
    return ClipByValue.apply(x, 0.0, 6.0)


class InvertedResidual(nn.Module):
    """Expand, filter channel by channel, project."""

    def __init__(self, channels, expansion):
        super().__init__()
        hidden = channels * expansion
        self.expand = nn.Conv2d(channels, hidden, 1)
        self.depthwise = nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden)
        self.project = nn.Conv2d(hidden, channels, 1)

    def forward(self, x):
        h = relu6(self.expand(x))
        h = relu6(self.depthwise(h))
        return x + self.project(h)


if __name__ == "__main__":
    torch.manual_seed(0)
    block = InvertedResidual(3, 4)
    x = torch.randn(2, 3, 5, 5)
    block(x).pow(2).sum().backward()
    print(block.expand.weight.grad.norm())
