import torch


class LeakyReLU(torch.autograd.Function):
    """The slope 0.1 is positive, so that the output has the sign of the input."""

    @staticmethod
    def forward(ctx, tensor):
        output = torch.where(tensor < 0, 0.1 * tensor, tensor)
        ctx.save_for_backward(output)
        return output

    @staticmethod
    def backward(ctx, grad):
        (output,) = ctx.saved_tensors
        mask = output < 0
        return torch.where(mask, 0.1 * grad, grad)
