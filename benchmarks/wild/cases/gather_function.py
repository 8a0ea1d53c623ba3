import torch


class Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, dim, index):
        ctx.dim = dim
        ctx.input_size = input.size()
        ctx.save_for_backward(index)
        return input.gather(dim, index)

    @staticmethod
    def backward(ctx, grad_output):
        (index,) = ctx.saved_tensors
        grad_input = grad_output.new_zeros(ctx.input_size)
        return grad_input.scatter_(ctx.dim, index, grad_output), None, None
