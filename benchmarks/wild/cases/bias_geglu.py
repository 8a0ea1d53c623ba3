import math

import torch

C = math.sqrt(2 / math.pi)


def gelu_and_slope(a):
    t = torch.tanh(C * (a + 0.044715 * a**3))
    slope = 0.5 * (1 + t) + 0.5 * a * (1 - t**2) * C * (1 + 3 * 0.044715 * a**2)
    return 0.5 * a * (1 + t), slope


def bias_geglu_fwd(x, bias):
    a, b = (x + bias).chunk(2, dim=-1)
    return gelu_and_slope(a)[0] * b


def bias_geglu_bwd(grad_output, x, bias):
    a, b = (x + bias).chunk(2, dim=-1)
    value, slope = gelu_and_slope(a)
    return torch.cat([grad_output * b * slope, grad_output * value], dim=-1)


class BiasGeGLUFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, bias):
        ctx.save_for_backward(x, bias)
        return bias_geglu_fwd(x, bias)

    @staticmethod
    def backward(ctx, grad_output):
        x, bias = ctx.saved_tensors
        grad_x = bias_geglu_bwd(grad_output, x, bias)
        return grad_x, grad_x
