import torch
import torch.nn.functional as F
from torch import nn


class MishFunction(torch.autograd.Function):
    """x tanh(softplus(x)); the first derivative is exp(x) omega / delta^2, as in the paper."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.tanh(F.softplus(x))

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        e = torch.exp(x)
        omega = 4 * (x + 1) + 4 * e**2 + e**3 + e * (4 * x + 6)
        delta = 2 * e**2 + e**2 + 2
        return grad_output * e * omega / delta**2


class Mish(nn.Module):
    def forward(self, x):
        return MishFunction.apply(x)


if __name__ == "__main__":
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 16), Mish(), nn.Linear(16, 1))
    x = torch.randn(64, 2)
    y = (x[:, :1] * x[:, 1:]).sign()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    for _ in range(50):
        loss = F.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
