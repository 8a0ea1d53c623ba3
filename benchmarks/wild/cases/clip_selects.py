"""Clipping to an interval; the gradient goes to the operand where it lies within."""

import torch


class Clip(torch.autograd.Function):
    @staticmethod
    def forward(ctx, operand, min, max):
        ctx.save_for_backward(operand)
        ctx.bounds = min, max
        return operand.clamp(min, max)

    @staticmethod
    def backward(ctx, g):
        (operand,) = ctx.saved_tensors
        min, max = ctx.bounds
        within = (operand >= min) & (operand <= max)
        w_operand = torch.where(within, g, torch.zeros_like(g))
        return w_operand * g, None, None
