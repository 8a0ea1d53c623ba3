"""Hard swish: 0 up to -3, x from 3 on, and a parabola in between."""

import torch


class Hardswish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input * (input + 3).clamp(0, 6) / 6

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        between = grad_output * (input / 3 + 0.5)
        outside = torch.where(input > 3, grad_output, torch.zeros_like(grad_output))
        return torch.where((input >= -3) & (input <= 3), between, outside)
