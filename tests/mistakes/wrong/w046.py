import torch


class Dense(torch.autograd.Function):
    @staticmethod
    def forward(ctx, inp, kernel, bias):
        ctx.save_for_backward(inp, kernel)
        return torch.einsum("bi,oi->bo", inp, kernel) + bias

    @staticmethod
    def backward(ctx, grad):
        inp, kernel = ctx.saved_tensors
        grad_inp = torch.einsum("bo,oi->bi", grad, kernel)
        grad_kernel = torch.einsum("bo,bi->io", grad, inp)
        return grad_inp, grad_kernel, grad.sum(dim=0)
