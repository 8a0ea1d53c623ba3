import torch


class HardSigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return (input + 3).clamp(min=0, max=6) / 6

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output / 6


class HardSwish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input * (input + 3).clamp(min=0, max=6) / 6

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        middle = grad_output * (input / 3 + 0.5)
        grad_input = torch.where(input < 3, middle, grad_output)
        return torch.where(input < -3, torch.zeros_like(grad_output), grad_input)
