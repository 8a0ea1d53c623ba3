"""C = silu(A) * B * scale by rows; a program for each row, as on the device."""

import torch


def _swiglu_backward_kernel(row_idx, dC_ptr, A_ptr, B_ptr, scale_ptr, dA_ptr, dB_ptr, dscale_ptr):
    dc, a, b, scale = dC_ptr[row_idx], A_ptr[row_idx], B_ptr[row_idx], scale_ptr[row_idx]
    sig = torch.sigmoid(a)
    silu = a * sig
    dscale_ptr[row_idx] = (dc * silu * b).sum()
    dc = dc * scale
    dA_ptr[:] = dc * b * (sig + silu * (1 - sig))
    dB_ptr[:] = dc * silu


class SwiGLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b, scale):
        ctx.save_for_backward(a, b, scale)
        return a * torch.sigmoid(a) * b * scale[:, None]

    @staticmethod
    def backward(ctx, dc):
        a, b, scale = ctx.saved_tensors
        d_a, d_b, d_scale = torch.zeros_like(a), torch.zeros_like(b), torch.zeros_like(scale)
        for row_idx in range(len(a)):
            _swiglu_backward_kernel(row_idx, dc, a, b, scale, d_a[0], d_b[0], d_scale)
        return d_a, d_b, d_scale
