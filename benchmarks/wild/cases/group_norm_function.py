import torch


class GroupNormFunction(torch.autograd.Function):
    """x (N, C, L); statistics over a group of channels and over L, scale and shift for each channel."""

    @staticmethod
    def forward(ctx, x, scale, shift, groups=1, eps=1e-5):
        n, c, length = x.shape
        grouped = x.reshape(n, groups, -1)
        mean = grouped.mean(dim=2, keepdim=True)
        rstd = torch.rsqrt(grouped.var(dim=2, unbiased=False, keepdim=True) + eps)
        x_hat = (grouped - mean) * rstd
        ctx.save_for_backward(x_hat, rstd, scale)
        return x_hat.reshape(n, c, length) * scale[:, None] + shift[:, None]

    @staticmethod
    def backward(ctx, diff_dst):
        x_hat, rstd, scale = ctx.saved_tensors
        n, c, length = diff_dst.shape

        diff_scale = (diff_dst * x_hat.reshape(n, c, length)).sum(dim=(0, 2))
        diff_shift = diff_dst.sum(dim=(0, 2))

        dd = diff_dst.reshape(x_hat.shape)
        v = dd - dd.mean(dim=2, keepdim=True) - x_hat * (dd * x_hat).mean(dim=2, keepdim=True)
        diff_src = (v * rstd).reshape(n, c, length) * scale[:, None]
        return diff_src, diff_scale, diff_shift, None, None
