"""The cosine of pairs of features, one pair a row, and its difference by each of the two."""

import torch


def compute_diff(x_1, x_2, x_1_norm, x_2_norm, inner_val):
    """By x_1."""
    cos = inner_val / (x_1_norm * x_2_norm)
    return (x_2 / x_2_norm - cos * x_1 / x_1_norm) / x_1_norm


class CosineDistance(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x_1, x_2):
        x_1_norm, x_2_norm = x_1.norm(dim=1, keepdim=True), x_2.norm(dim=1, keepdim=True)
        inner_val = (x_1 * x_2).sum(dim=1, keepdim=True)
        ctx.save_for_backward(x_1, x_2, x_1_norm, x_2_norm, inner_val)
        return (inner_val / (x_1_norm * x_2_norm)).squeeze(1)

    @staticmethod
    def backward(ctx, grad_output):
        x_1, x_2, x_1_norm, x_2_norm, inner_val = ctx.saved_tensors
        grad = grad_output[:, None]
        diff_1 = compute_diff(x_1, x_2, x_1_norm, x_2_norm, inner_val)
        diff_2 = compute_diff(x_2, x_1, x_2_norm, x_1_norm, inner_val)
        return grad * diff_1, grad * diff_2
