"""Dropout that keeps its input and output, but no mask."""

import torch


class DropoutComponent(torch.autograd.Function):
    @staticmethod
    def forward(ctx, in_value, mask, dropout_proportion=0.5):
        out_value = in_value * mask / (1 - dropout_proportion)
        ctx.save_for_backward(in_value, out_value)
        return out_value

    @staticmethod
    def backward(ctx, out_deriv):
        in_value, out_value = ctx.saved_tensors
        in_deriv = torch.where(in_value == 0, out_deriv, out_value / in_value * out_deriv)
        return in_deriv, None, None
