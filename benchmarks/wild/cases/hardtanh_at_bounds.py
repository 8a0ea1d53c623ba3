import torch
from torch import nn


class HardtanhFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, min_val, max_val):
        ctx.save_for_backward(input)
        ctx.min_val, ctx.max_val = min_val, max_val
        return input.clamp(min_val, max_val)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        outside = (input <= ctx.min_val) | (input >= ctx.max_val)
        return torch.where(outside, torch.zeros_like(grad_output), grad_output), None, None


class Hardtanh(nn.Module):
    def __init__(self, min_val=-1.0, max_val=1.0):
        super().__init__()
        self.min_val, self.max_val = min_val, max_val

    def forward(self, input):
        return HardtanhFunction.apply(input, self.min_val, self.max_val)


if __name__ == "__main__":
    t = torch.tensor([-1.0, 0.0, 1.0], requires_grad=True)
    Hardtanh()(t).backward(torch.ones_like(t))
    print(t.grad)
