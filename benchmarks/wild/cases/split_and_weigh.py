"""Splitting a tensor along a dimension, as a function of its own, and weighing the parts."""

import torch


class Split(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, sizes, dim):
        ctx.dim = dim
        ctx.shapes = [a.narrow(dim, 0, size).shape for size in sizes]
        parts, start = [], 0
        for size in sizes:
            parts.append(a.narrow(dim, start, size).clone())
            start += size
        return tuple(parts)

    @staticmethod
    def backward(ctx, *grads):
        grads = [g if g is not None else torch.zeros(s) for g, s in zip(grads, ctx.shapes)]
        return torch.cat(grads, dim=ctx.dim), None, None


def weighted_total(a, weight):
    """a: (2, 3, 5); weight: (2, 5) goes along with each part, (2, 1, 5)."""
    a1, a2, a3 = Split.apply(a, (1, 1, 1), 1)
    return (a1 * weight + a2 * weight + a3 * weight).sum()


if __name__ == "__main__":
    a = torch.rand(2, 3, 5, requires_grad=True)
    weight = torch.rand(2, 5)
    weighted_total(a, weight).backward()
    print(a.grad[0], weight.sum(0))
