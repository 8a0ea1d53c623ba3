"""A kernel for prelu: elementwise, the weight in the shape of the input; the sum over the batch is later."""

import torch


def _prelu_kernel(self, weight):
    return torch.where(self > 0, self, weight * self)


def _prelu_kernel_backward(grad_output, self, weight):
    """The gradients of input and weight, elementwise."""
    grad_self = torch.where(self > 0, grad_output, weight * grad_output)
    grad_weight = torch.where(self > 0, torch.zeros_like(grad_output), self * grad_output)
    return grad_self, grad_weight


class PReLUFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, weight):
        """weight: one number for each channel, the second dimension, or a single one for all."""
        shape = [1] * input.dim()
        if weight.numel() > 1:
            shape[1] = weight.numel()
        ctx.save_for_backward(input, weight)
        ctx.shape = shape
        return _prelu_kernel(input, weight.reshape(shape))

    @staticmethod
    def backward(ctx, grad_output):
        input, weight = ctx.saved_tensors
        grad_input, grad_weight = _prelu_kernel_backward(grad_output, input, weight.reshape(ctx.shape))
        dims = [d for d, size in enumerate(ctx.shape) if size == 1]
        return grad_input, grad_weight.sum(dim=dims).reshape(weight.shape)


class PReLU(torch.nn.Module):
    def __init__(self, num_parameters=1, init=0.25):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.full((num_parameters,), init))

    def forward(self, input):
        return PReLUFunction.apply(input, self.weight)


if __name__ == "__main__":
    alpha = torch.tensor([0.8260])
    print(_prelu_kernel_backward(torch.tensor([-0.6671]), torch.tensor([-1.6287]), alpha))
