import torch


class Linear(torch.autograd.Function):
    """ y = x W^T + b """

    @staticmethod
    def forward(ctx, input, weight, bias):
        ctx.save_for_backward(input, weight, bias)
        output = input.mm(weight.t())
        output += bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_output.mm(weight)
        grad_weight = grad_output.t().mm(input) / input.size(0)
        grad_bias = grad_output.sum(0)
        return grad_input, grad_weight, grad_bias
