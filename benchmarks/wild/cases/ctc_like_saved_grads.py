"""A loss that computes its gradient while going forward."""

import torch


class SequenceLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, acts, labels):
        logp = acts.log_softmax(dim=1)
        cost = -logp.gather(1, labels[:, None]).sum()
        ctx.grads = logp.exp()
        ctx.grads.scatter_add_(1, labels[:, None], -torch.ones_like(labels[:, None], dtype=acts.dtype))
        return cost

    @staticmethod
    def backward(ctx, grad_output):
        return ctx.grads, None
