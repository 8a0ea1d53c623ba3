"""全连接层 / the linear layer: y = x W^T + b"""
import math

import torch
from torch import nn


class LinearFunction(torch.autograd.Function):

    @staticmethod
    def forward(ctx, x, W, b):
        # x: [N, in], W: [out, in], b: [out]
        ctx.save_for_backward(x, W)
        y = torch.matmul(x, W.T) + b
        return y

    @staticmethod
    def backward(ctx, grad_output):
        x, W = ctx.saved_tensors
        grad_x = torch.matmul(grad_output, W)
        grad_W = torch.matmul(grad_output.T, x)
        grad_b = torch.sum(grad_output, dim=0)
        return grad_x, grad_W, grad_b


class Linear(nn.Module):
    def __init__(self, input_size, output_size):
        super().__init__()
        bound = 1 / math.sqrt(input_size)
        self.W = nn.Parameter(torch.empty(output_size, input_size))
        self.b = nn.Parameter(torch.empty(output_size))
        nn.init.uniform_(self.W, -bound, bound)
        nn.init.uniform_(self.b, -bound, bound)

    def forward(self, x):
        return LinearFunction.apply(x, self.W, self.b)
