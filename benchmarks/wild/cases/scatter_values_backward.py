import torch
from torch import nn
from torch.autograd import Function


class Scatter(Function):
    """Adds values to a tensor along a dimension, at the indices."""

    @staticmethod
    def forward(ctx, dim, tensor, indices, values):
        ctx.dim = dim
        ctx.save_for_backward(indices)
        return tensor.scatter_add(dim, indices, values)

    @staticmethod
    def backward(ctx, grad):
        (indices,) = ctx.saved_tensors
        return None, grad, None, grad.gather(ctx.dim, indices)


class Gather(Function):
    @staticmethod
    def forward(ctx, dim, tensor, indices):
        ctx.dim, ctx.shape = dim, tensor.shape
        ctx.save_for_backward(indices)
        return tensor.gather(dim, indices)

    @staticmethod
    def backward(ctx, grad):
        (indices,) = ctx.saved_tensors
        zeros = grad.new_zeros(ctx.shape)
        return None, zeros.scatter_add(ctx.dim, indices, grad), None


def scatter(dim, tensor, indices, values):
    return Scatter.apply(dim, tensor, indices, values)


def gather(dim, tensor, indices):
    return Gather.apply(dim, tensor, indices)


class NeighbourSum(nn.Module):
    """For a graph with edges from senders to receivers."""

    def __init__(self, features):
        super().__init__()
        self.linear = nn.Linear(features, features)

    def forward(self, x, senders, receivers):
        def expand(index):
            return index.view(-1, 1).expand(-1, x.size(1))

        messages = torch.tanh(self.linear(gather(0, x, expand(senders))))
        return scatter(0, x, expand(receivers), messages)


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(10, 3)
    senders, receivers = torch.randint(10, (25,)), torch.randint(10, (25,))
    target = torch.randn(10, 3)
    layer = NeighbourSum(3)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.05)
    for _ in range(30):
        loss = (layer(x, senders, receivers) - target).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
