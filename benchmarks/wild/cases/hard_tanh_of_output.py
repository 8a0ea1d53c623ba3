import torch


class HardTanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, min_val=-1.0, max_val=1.0):
        out = torch.clamp(x, min_val, max_val)
        ctx.save_for_backward(out)
        ctx.bounds = min_val, max_val
        return out

    @staticmethod
    def backward(ctx, grad_output):
        # out has no numbers outside of the bounds: those that were cut are on them
        (out,) = ctx.saved_tensors
        low, high = ctx.bounds
        grad_input = grad_output.clone()
        grad_input[(out <= low) | (out >= high)] = 0
        return grad_input, None, None
