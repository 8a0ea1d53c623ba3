"""The dice coefficient of a mask of probabilities and a target mask."""

import torch
from torch.autograd import Function


class DiceCoeff(Function):
    @staticmethod
    def forward(ctx, input, target):
        eps = 0.0001
        ctx.save_for_backward(input, target)
        ctx.inter = torch.dot(input.view(-1), target.view(-1)) + eps / 2
        ctx.union = torch.sum(input) + torch.sum(target) + eps
        return 2 * ctx.inter / ctx.union

    @staticmethod
    def backward(ctx, grad_output):
        input, target = ctx.saved_tensors
        grad_input = grad_output * 2 * (target * ctx.union + ctx.inter) / ctx.union * ctx.union
        return grad_input, None
