import torch


def safe_size(sizes, dim):
    size = 1
    for d in dim:
        size *= sizes[d]
    return size


def unsqueeze_multiple(t, dim, n_dims):
    for d in sorted(d % n_dims for d in dim):
        t = t.unsqueeze(d)
    return t


def sum_backward(grad, sizes, dim, keepdim):
    if not keepdim and len(dim) > 0:
        grad = unsqueeze_multiple(grad, dim, len(sizes))
    return grad.expand(sizes)


class Sum(torch.autograd.Function):
    """Over the given dimensions; over all of them where none is given."""

    @staticmethod
    def forward(ctx, self, dim, keepdim):
        ctx.sizes, ctx.dim, ctx.keepdim = self.shape, dim, keepdim
        return torch.sum(self) if len(dim) == 0 else torch.sum(self, dim, keepdim=keepdim)

    @staticmethod
    def backward(ctx, grad):
        return sum_backward(grad, ctx.sizes, ctx.dim, ctx.keepdim), None, None


class Mean(torch.autograd.Function):
    """Over the given dimensions; over all of them where none is given."""

    @staticmethod
    def forward(ctx, self, dim, keepdim):
        ctx.sizes, ctx.dim, ctx.keepdim = self.shape, dim, keepdim
        return torch.mean(self) if len(dim) == 0 else torch.mean(self, dim, keepdim=keepdim)

    @staticmethod
    def backward(ctx, grad):
        grad = sum_backward(grad, ctx.sizes, ctx.dim, ctx.keepdim)
        return grad / safe_size(ctx.sizes, ctx.dim), None, None


def sum(self, dim=(), keepdim=False):
    return Sum.apply(self, dim, keepdim)


def mean(self, dim=(), keepdim=False):
    return Mean.apply(self, dim, keepdim)


if __name__ == "__main__":
    x = torch.ones(3, 2, requires_grad=True)
    for dim in [0], [1], [0, 1], []:
        x.grad = None
        mean(x, dim).sum().backward()
        print(dim, x.grad)
