import torch
from torch import nn


class SwishFunction(torch.autograd.Function):
    """x sigmoid(x) that keeps its input only."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.mul_(torch.sigmoid(x))

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        x_sigmoid = torch.sigmoid(x)
        return grad_output * (x_sigmoid * (1 + x * (1 - x_sigmoid)))


class Swish(nn.Module):
    def forward(self, x):
        return SwishFunction.apply(x)


class SqueezeExcite(nn.Module):
    def __init__(self, channels, reduced):
        super().__init__()
        self.conv_reduce = nn.Conv2d(channels, reduced, 1)
        self.act = Swish()
        self.conv_expand = nn.Conv2d(reduced, channels, 1)

    def forward(self, x):
        x_se = x.mean((2, 3), keepdim=True)
        x_se = self.conv_expand(self.act(self.conv_reduce(x_se)))
        return x * torch.sigmoid(x_se)


if __name__ == "__main__":
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 8, 3), Swish(), SqueezeExcite(8, 4), nn.Flatten(), nn.LazyLinear(2))
    x = torch.randn(4, 3, 6, 6)
    loss = net(x).pow(2).mean()
    loss.backward()
    print(loss.item())
