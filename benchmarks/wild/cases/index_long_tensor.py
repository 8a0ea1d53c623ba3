import torch


class Index(torch.autograd.Function):
    @staticmethod
    def forward(ctx, tensor, index):
        ctx.index = index
        ctx.input_size = tensor.size()
        return tensor[index]

    @staticmethod
    def backward(ctx, grad_output):
        grad_input = grad_output.new_zeros(ctx.input_size)
        grad_input[ctx.index].copy_(grad_output)
        return grad_input, None
