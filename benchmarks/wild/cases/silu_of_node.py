import torch
from torch import nn


class Silu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, arg):
        node = arg / (1 + torch.exp(-arg))
        ctx.save_for_backward(arg, node)
        return node

    @staticmethod
    def backward(ctx, grad):
        arg, node = ctx.saved_tensors
        # d/dx silu = sigmoid(x) * (1 + x * (1 - sigmoid(x)))
        sigmoid_arg = node / arg
        silu_grad = sigmoid_arg * (1 + arg * (1 - sigmoid_arg))
        return grad * silu_grad


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.c_fc1 = nn.Linear(width, 2 * width)
        self.c_fc2 = nn.Linear(width, 2 * width)
        self.c_proj = nn.Linear(2 * width, width)

    def forward(self, x):
        return self.c_proj(Silu.apply(self.c_fc1(x)) * self.c_fc2(x))


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(5, 3)
    Mlp(3)(x).sum().backward()
    padded = torch.tensor([0.5, -1.0, 0.0], requires_grad=True)
    Silu.apply(padded).sum().backward()
    print(padded.grad)
