import torch
from torch.autograd import Function


class Trace(Function):
    """Sum of the main diagonal of a matrix."""

    @staticmethod
    def forward(ctx, self):
        if self.dim() != 2:
            raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {self.dim()}")
        ctx.sizes = self.shape
        n, m = self.shape
        indices = torch.arange(min(n, m))
        return self[indices, indices].sum()

    @staticmethod
    def backward(ctx, grad):
        n, m = ctx.sizes
        grad_input = grad.new_zeros(n * m)
        # the diagonal, in the flattened matrix
        indices = torch.arange(0, grad_input.numel(), m + 1)
        grad_input[indices] = grad
        return grad_input.view(n, m)


trace = Trace.apply


def nuclear_like_loss(factor, scatter):
    """tr(F^T S F), minus twice the trace of what is left of F."""
    return trace(factor.T @ scatter @ factor) - 2 * trace(factor)


if __name__ == "__main__":
    torch.manual_seed(0)
    data = torch.randn(50, 5)
    scatter = data.T @ data / 50
    factor = torch.randn(5, 2, requires_grad=True)
    optimizer = torch.optim.SGD([factor], lr=0.1)
    for _ in range(60):
        loss = nuclear_like_loss(factor, scatter)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
