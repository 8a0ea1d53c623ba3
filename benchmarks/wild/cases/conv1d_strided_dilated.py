import torch
import torch.nn.functional as F


class Conv1d(torch.autograd.Function):
    """Signals (N, C, L) and kernels (F, C, K); stride, padding and dilation as in torch."""

    @staticmethod
    def forward(ctx, signal, kernel, stride=2, padding=1, dilation=2):
        padded = F.pad(signal, (padding, padding))
        reach = dilation * (kernel.shape[2] - 1) + 1
        windows = padded.unfold(2, reach, stride)[..., ::dilation]
        ctx.save_for_backward(windows, kernel)
        ctx.shape, ctx.stride, ctx.padding, ctx.dilation = padded.shape, stride, padding, dilation
        return torch.einsum("nclk,fck->nfl", windows, kernel)

    @staticmethod
    def backward(ctx, grad_output):
        windows, kernel = ctx.saved_tensors
        grad_kernel = torch.einsum("nclk,nfl->fck", windows, grad_output)

        spread = torch.einsum("nfl,fck->nclk", grad_output, kernel)
        grad_padded = grad_output.new_zeros(ctx.shape)
        for l in range(grad_output.shape[2]):
            for k in range(kernel.shape[2]):
                grad_padded[:, :, l * ctx.stride + k * ctx.dilation] += spread[:, :, l, k]
        end = ctx.shape[2] - ctx.padding
        return grad_padded[:, :, ctx.padding : end], grad_kernel, None, None, None
