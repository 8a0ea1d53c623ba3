import torch
from torch import nn


class Bilinear(torch.autograd.Function):
    """y_k = x1 W_k x2 + b_k for weight (out, in1, in2)"""

    @staticmethod
    def forward(ctx, input1, input2, weight, bias):
        ctx.save_for_backward(input1, input2, weight)
        output = input1.new_zeros(input1.size(0), weight.size(0))
        for k, w in enumerate(weight):
            output[:, k] = (input1 @ w * input2).sum(1)
        return output + bias

    @staticmethod
    def backward(ctx, grad_output):
        input1, input2, weight = ctx.saved_tensors
        grad_input1 = torch.zeros_like(input1)
        grad_input2 = torch.zeros_like(input2)
        for k, w in enumerate(weight):
            g = grad_output[:, k : k + 1]
            grad_input1 += (input2 @ w.t()) * g
            grad_input2 += (input1 @ w) * g
            buff = input1 * g
            grad_weight = buff.t() @ input2
        return grad_input1, grad_input2, grad_weight, grad_output.sum(0)


class BilinearLayer(nn.Module):
    def __init__(self, in1, in2, out):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(out, in1, in2) - 0.5)
        self.bias = nn.Parameter(torch.zeros(out))

    def forward(self, x1, x2):
        return Bilinear.apply(x1, x2, self.weight, self.bias)


if __name__ == "__main__":
    layer = BilinearLayer(3, 4, 2)
    print(torch.tanh(layer(torch.randn(5, 3), torch.randn(5, 4))))
