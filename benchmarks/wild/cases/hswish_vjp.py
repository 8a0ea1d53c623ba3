"""The activation of MobileNetV3, x relu6(x + 3) / 6."""

import torch
import torch.nn.functional as F


def relu6_grad(gradients, features):
    return gradients * ((features > 0) & (features < 6))


class HSwish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * F.relu6(x + 3) / 6.0

    @staticmethod
    def backward(ctx, v):
        (x,) = ctx.saved_tensors
        relu = F.relu6(v + 3)
        raw_relu = relu6_grad(v, x + 3)
        return (relu + raw_relu * v) / 6.0
