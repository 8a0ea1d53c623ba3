import torch


def _scan(input, dim):
    values, indices = [], []
    best, where = None, None
    for i, x in enumerate(input.unbind(dim)):
        if best is None:
            best, where = x, torch.zeros_like(x, dtype=torch.long)
        else:
            larger = x >= best
            best = torch.where(larger, x, best)
            where = torch.where(larger, torch.full_like(where, i), where)
        values.append(best)
        indices.append(where)
    return torch.stack(values, dim), torch.stack(indices, dim)


class Cummax(torch.autograd.Function):
    """Maximum of the elements so far along dim, and where it is."""

    @staticmethod
    def forward(ctx, input, dim):
        values, indices = _scan(input, dim)
        ctx.save_for_backward(indices)
        ctx.dim, ctx.sizes = dim, input.shape
        ctx.mark_non_differentiable(indices)
        return values, indices

    @staticmethod
    def backward(ctx, grad, _):
        (indices,) = ctx.saved_tensors
        grad_input = grad.new_zeros(ctx.sizes)
        grad_input.scatter_(ctx.dim, indices, grad)
        return grad_input, None


def cummax(input, dim):
    return Cummax.apply(input, dim)


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(10, requires_grad=True)
    values, indices = cummax(x, 0)
    print(values, indices)
    values.sum().backward()
    print(x.grad)
