"""Centre loss: the squared distance of features from the centres of their classes."""

import torch


class CentreDistance(torch.autograd.Function):
    @staticmethod
    def forward(ctx, points, owner, centers):
        ctx.save_for_backward(points, owner, centers)
        return (points - centers[owner]).pow(2).sum() / 2.0 / points.size(0)

    @staticmethod
    def backward(ctx, grad_output):
        points, owner, centers = ctx.saved_tensors
        gap = points - centers[owner]
        g_centers = torch.zeros_like(centers).index_add(0, owner, -gap) / points.size(0)
        return grad_output * gap, None, grad_output * g_centers
