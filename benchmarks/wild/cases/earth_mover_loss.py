import torch


def transport(a, b, M, reg=0.05, n_iter=500):
    """Entropic plan between the weights a and b at cost M, and its dual potentials."""
    f, g = torch.zeros_like(a), torch.zeros_like(b)
    log_a, log_b = torch.log(a), torch.log(b)
    for _ in range(n_iter):
        f = reg * (log_a - torch.logsumexp((g[None, :] - M) / reg, dim=1))
        g = reg * (log_b - torch.logsumexp((f[:, None] - M) / reg, dim=0))
    G = torch.exp((f[:, None] + g[None, :] - M) / reg)
    return G, f, g


class ValFunction(torch.autograd.Function):
    """A value whose gradients are known."""

    @staticmethod
    def forward(ctx, val, grads, *inputs):
        ctx.grads = grads
        return val

    @staticmethod
    def backward(ctx, grad_output):
        return (None, None, *ctx.grads)


class TorchBackend:
    def set_gradients(self, val, inputs, grads):
        return ValFunction.apply(val, grads, *inputs)


nx = TorchBackend()


def emd2(a, b, M, reg=0.05):
    """Cost of moving a to b, <f, a> + <g, b>; differentiable by a, b and M."""
    with torch.no_grad():
        G, f, g = transport(a, b, M, reg)
        entropy = (G * (torch.log(G + 1e-300) - torch.log(a)[:, None] - torch.log(b)[None, :])).sum()
        cost = (G * M).sum() + reg * entropy
        grads = (f - reg * torch.log(a), g - reg * torch.log(b), G)
    return nx.set_gradients(cost, (a, b, M), grads)


if __name__ == "__main__":
    torch.manual_seed(0)
    N, d = 5, 2
    X = torch.randn(N, d).double()
    M = torch.cdist(X, X) ** 2
    a, b = torch.rand(N).double() + 0.1, torch.rand(N).double() + 0.1
    a, b = (a / a.sum()).requires_grad_(), (b / b.sum()).requires_grad_()
    emd = emd2(a, b, M.requires_grad_())
    emd.backward()
    print(emd.item(), a.grad, b.grad)
