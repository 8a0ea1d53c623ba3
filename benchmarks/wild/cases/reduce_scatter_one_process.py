import torch


class ReduceScatterTensor(torch.autograd.Function):
    """What one process of the group gets when the others hold the same: a sum of the chunks of input."""

    @staticmethod
    def forward(ctx, input, reduceOp="sum", group_size=2, group_name="default", gradient_division=False):
        ctx.group_size = group_size
        ctx.gradient_division = gradient_division
        return input.reshape(group_size, -1, *input.shape[1:]).sum(0)

    @staticmethod
    def backward(ctx, grad_output):
        grad_input = torch.cat([grad_output] * ctx.group_size)
        if ctx.gradient_division:
            grad_input = grad_input / ctx.group_size
        # input, reduceOp, group_size, group_name, gradient_division
        return grad_input, None, None, None, None, None
