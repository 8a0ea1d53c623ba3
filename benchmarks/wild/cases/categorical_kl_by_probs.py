import torch


class Categorical:
    """Probabilities are brought to a sum of one, logits to log probabilities."""

    def __init__(self, probs=None, logits=None):
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        if probs is not None:
            self.probs = probs / probs.sum(-1, keepdim=True)
            self.logits = self.probs.log()
        else:
            self.logits = logits - logits.logsumexp(dim=-1, keepdim=True)
            self.probs = self.logits.exp()

    def entropy(self):
        return -(self.probs * self.logits).sum(-1)


def kl_divergence(p, q):
    t = p.probs * (p.logits - q.logits)
    t[(q.probs == 0).expand_as(t)] = float("inf")
    t[(p.probs == 0).expand_as(t)] = 0
    return t.sum(-1)


def kl_to_uniform(probs):
    d1 = Categorical(probs)
    d2 = Categorical(torch.full_like(probs, 1.0 / probs.size(-1)).detach())
    return kl_divergence(d1, d2)


if __name__ == "__main__":
    torch.manual_seed(0)
    probs = torch.distributions.Dirichlet(torch.ones(5)).sample().requires_grad_()

    kl_1 = kl_to_uniform(probs)
    print("kl 1:", kl_1.item())
    print(torch.autograd.grad(kl_1, probs)[0])

    # by hand, for probabilities that have a sum of one
    kl_2 = torch.sum(probs * (torch.log(probs) - torch.log(torch.tensor(1.0 / 5))))
    print("kl 2:", kl_2.item())
    print(torch.autograd.grad(kl_2, probs)[0])

    theta = torch.randn(5, requires_grad=True)
    for _ in range(100):
        loss = kl_to_uniform(torch.nn.functional.softplus(theta))
        (g,) = torch.autograd.grad(loss, theta)
        with torch.no_grad():
            theta -= g
    print(loss.item())
