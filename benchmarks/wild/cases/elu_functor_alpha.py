import torch
from torch import nn


class ELUFunctor(torch.autograd.Function):
    """out = max(0, x) + min(0, alpha * (e^x - 1))"""

    @staticmethod
    def forward(ctx, x, alpha):
        zero = torch.zeros_like(x)
        out = torch.maximum(zero, x) + torch.minimum(zero, alpha * (torch.exp(x) - 1))
        ctx.save_for_backward(x)
        ctx.alpha = alpha
        return out

    @staticmethod
    def backward(ctx, dout):
        (x,) = ctx.saved_tensors
        temp_a_pos = (x > 0).to(x.dtype)
        temp_a_neg = ctx.alpha * torch.exp(x) * (x <= 0).to(x.dtype)
        return dout * (temp_a_pos + temp_a_neg), None


class ELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        return ELUFunctor.apply(x, self.alpha)


if __name__ == "__main__":
    x = torch.linspace(-3, 3, 7, requires_grad=True)
    for alpha in (1.0, 0.2, -0.2):
        x.grad = None
        ELU(alpha)(x).sum().backward()
        print(alpha, x.grad)
