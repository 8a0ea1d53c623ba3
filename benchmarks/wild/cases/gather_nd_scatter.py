import torch


class GatherND(torch.autograd.Function):
    @staticmethod
    def forward(ctx, data, indices):
        ctx.save_for_backward(indices)
        ctx.shape = data.shape
        return data[indices[0], indices[1]]

    @staticmethod
    def backward(ctx, grad_output):
        (indices,) = ctx.saved_tensors
        grad = grad_output.new_zeros(ctx.shape)
        grad[indices[0], indices[1]] = grad_output
        return grad, None
