import torch
from torch import nn
from torch.autograd import Function


def _make_ix_like(input, dim):
    rho = torch.arange(1, input.size(dim) + 1, dtype=input.dtype)
    view = [1] * input.dim()
    view[dim] = -1
    return rho.view(view)


def _threshold_and_support(input, dim):
    topk, _ = torch.sort(input, dim=dim, descending=True)
    topk_cumsum = topk.cumsum(dim) - 1
    rhos = _make_ix_like(topk, dim)
    support = rhos * topk > topk_cumsum
    support_size = support.sum(dim=dim, keepdim=True)
    tau = topk_cumsum.gather(dim, support_size - 1) / support_size
    return tau, support_size


class SparsemaxFunction(Function):
    @staticmethod
    def forward(ctx, input, dim=-1):
        ctx.dim = dim
        max_val, _ = input.max(dim=dim, keepdim=True)
        tau, supp_size = _threshold_and_support(input - max_val, dim)
        output = torch.clamp(input - max_val - tau, min=0)
        ctx.save_for_backward(supp_size, output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        supp_size, output = ctx.saved_tensors
        dim = ctx.dim
        grad_input = grad_output.clone()
        grad_input[output == 0] = 0
        v_hat = grad_input.sum(dim=dim) / supp_size.to(output.dtype).squeeze()
        v_hat = v_hat.unsqueeze(dim)
        return torch.where(output != 0, grad_input - v_hat, grad_input), None


class Sparsemax(nn.Module):
    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        return SparsemaxFunction.apply(input, self.dim)


class Attention(nn.Module):
    """One query for each sequence; the weights are (batch, 1, steps)."""

    def __init__(self):
        super().__init__()
        self.normalize = Sparsemax(dim=-1)

    def forward(self, query, keys, values):
        return self.normalize(query @ keys.transpose(1, 2)) @ values


if __name__ == "__main__":
    torch.manual_seed(0)
    query, keys, values = torch.randn(3, 1, 4), torch.randn(3, 6, 4), torch.randn(3, 6, 2)
    keys.requires_grad_()
    Attention()(query, keys, values).sum().backward()
    print(keys.grad)
