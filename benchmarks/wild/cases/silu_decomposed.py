import torch
from torch import nn


class SiLU(torch.autograd.Function):
    """x / (1 + exp(-x)); backward runs through the steps of the decomposition one by one."""

    @staticmethod
    def forward(ctx, a):
        t0 = torch.neg(a)
        t1 = torch.exp(t0)
        t2 = 1.0 + t1
        t3 = torch.reciprocal(t2)
        t4 = a * t3
        ctx.save_for_backward(a, t1, t3)
        return t4

    @staticmethod
    def backward(ctx, t5):
        a, t1, t3 = ctx.saved_tensors
        grad_for_a = t5 * t3
        grad_for_t3 = t5 * a
        grad_for_t2 = -grad_for_t3 * t3 * t3
        grad_for_t0 = grad_for_t2 * t1
        return grad_for_a - grad_for_t0


class GatedMLP(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.gate = nn.Linear(width, hidden, bias=False)
        self.up = nn.Linear(width, hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        return self.down(SiLU.apply(self.gate(x)) * self.up(x))


if __name__ == "__main__":
    torch.manual_seed(0)
    net = GatedMLP(4, 8)
    x = torch.randn(10, 4)
    loss = net(x).pow(2).mean()
    loss.backward()
    print(loss.item(), net.gate.weight.grad.norm())
