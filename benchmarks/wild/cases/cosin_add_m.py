"""Adds a margin to the angle at the target class; the input holds cosines."""

import torch


class CosinAddM(torch.autograd.Function):
    @staticmethod
    def forward(ctx, bottom, label, bais=0.5):
        rows = torch.arange(len(bottom))
        cos_theta = bottom[rows, label]
        sin_theta = torch.sqrt(1 - cos_theta**2)
        bais = torch.tensor(bais)
        top = bottom.clone()
        top[rows, label] = cos_theta * torch.cos(bais) - sin_theta * torch.sin(bais)
        ctx.save_for_backward(cos_theta, sin_theta, label, bais)
        return top

    @staticmethod
    def backward(ctx, top_diff):
        cos_theta, sin_theta, label, bais = ctx.saved_tensors
        bottom_diff = top_diff.clone()
        rows = torch.arange(len(label))
        coeffi = torch.cos(bais) + torch.sin(bais) * cos_theta / sin_theta
        bottom_diff[rows, label] = coeffi.to(bottom_diff.dtype)
        return bottom_diff, None, None
