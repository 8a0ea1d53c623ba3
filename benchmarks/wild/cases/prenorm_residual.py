"""Pre-norm of a transformer block: adds the residual, then normalises; the sum is the next residual."""

import torch


class RMSPreNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, residual, weight, eps=1e-6):
        res_out = x + residual
        rstd = torch.rsqrt(res_out.pow(2).mean(dim=-1, keepdim=True) + eps)
        ctx.save_for_backward(res_out, weight, rstd)
        return res_out * rstd * weight, res_out

    @staticmethod
    def backward(ctx, dout, dres_out):
        res_out, weight, rstd = ctx.saved_tensors
        x_hat = res_out * rstd
        dweight = (dout * x_hat).flatten(0, -2).sum(0)
        wdy = (dres_out + dout) * weight
        dx = rstd * (wdy - x_hat * (x_hat * wdy).mean(dim=-1, keepdim=True))
        return dx, dx, dweight, None
