import torch


class BatchInvariantRMSNormFn(torch.autograd.Function):
    """RMSNorm whose rows do not depend on how many others there are."""

    @staticmethod
    def forward(ctx, x, weight, eps):
        x_fp = x.reshape(-1, x.shape[-1])
        out = torch.empty_like(x_fp)
        rsigma = x_fp.new_empty(x_fp.shape[0])
        for i, row in enumerate(x_fp):
            rsigma[i] = torch.rsqrt(row.square().mean() + eps)
            out[i] = row * rsigma[i] * weight
        ctx.save_for_backward(x, weight, rsigma)
        return out.view_as(x)

    @staticmethod
    def backward(ctx, grad_output):
        x, weight, rsigma = ctx.saved_tensors
        D = x.shape[-1]
        x2 = x.reshape(-1, D)
        g = grad_output.reshape(-1, D)
        r = rsigma[:, None]

        # sum over the row, for the derivative of the inverse root
        s = (g * x2 * weight).sum(dim=-1, keepdim=True)
        grad_x = g * weight * r - weight * r**3 * x2 * s / D
        grad_weight = (g * x2 * r).sum(dim=0)
        return grad_x.view_as(x), grad_weight, None


class RMSNorm(torch.nn.Module):
    def __init__(self, hidden_size, eps=1e-5):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(hidden_size))
        self.eps = eps

    def forward(self, x):
        return BatchInvariantRMSNormFn.apply(x, self.weight, self.eps)


class Block(torch.nn.Module):
    def __init__(self, hidden_size):
        super().__init__()
        self.norm = RMSNorm(hidden_size)
        self.linear = torch.nn.Linear(hidden_size, hidden_size)

    def forward(self, x):
        return x + self.linear(self.norm(x))


if __name__ == "__main__":
    torch.manual_seed(0)
    model = torch.nn.Sequential(Block(8), Block(8))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    x, y = torch.randn(4, 5, 8), torch.randn(4, 5, 8)
    for _ in range(20):
        optimizer.zero_grad()
        loss = (model(x) - y).pow(2).mean()
        loss.backward()
        optimizer.step()
    print(loss.item())
