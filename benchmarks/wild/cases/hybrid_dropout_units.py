import torch
from torch import nn


class HybridDropout(nn.Module):
    """
    Dropout whose probability depends on how much an output goes with the
    ordinal label: what is less informative is dropped more often.
    """

    def __init__(self, p=0.3, beta=0.0):
        super().__init__()
        self.p = p
        self.beta = beta
        self.batch_targets = None

    def set_targets(self, targets):
        self.batch_targets = targets

    def drop_probabilities(self, x):
        units = x.reshape(len(x), -1)
        probabilities = torch.full((units.shape[1],), self.p, dtype=x.dtype)
        if self.batch_targets is not None and self.beta > 0:
            t = self.batch_targets.to(x.dtype)
            t = (t - t.mean()) / (t.std() + 1e-8)
            u = (units - units.mean(0)) / (units.std(0) + 1e-8)
            correlation = (u * t[:, None]).mean(0).abs().detach()
            probabilities = probabilities + self.beta * (correlation.mean() - correlation)
        return probabilities.clamp(0.0, 0.95)

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        probabilities = self.drop_probabilities(x)
        mask = torch.bernoulli((1 - probabilities).expand(len(x), -1)).reshape(x.shape)
        scale = 1 / probabilities.mean()
        return x * mask * scale


if __name__ == "__main__":
    torch.manual_seed(8)
    drop = HybridDropout(0.25, 0.1)
    net = nn.Sequential(nn.Linear(4, 12), nn.ReLU(), drop, nn.Linear(12, 1))
    x, t = torch.randn(30, 4), torch.randint(5, (30,))
    drop.set_targets(t)
    nn.functional.mse_loss(net(x)[:, 0], t.float()).backward()
    print(net[0].weight.grad.abs().mean())
