import torch
from torch import nn


def moments(x, axes, keep_dims=False):
    """Mean and variance of x over axes."""
    mean = x.mean(dim=axes, keepdim=True)
    # The mean is held fixed for the gradient of the variance
    variance = (x - mean.detach()).square().mean(dim=axes, keepdim=True)
    if not keep_dims:
        mean, variance = mean.squeeze(), variance.squeeze()
    return mean, variance


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon):
    inv = torch.rsqrt(variance + variance_epsilon) * scale
    return x * inv + (offset - mean * inv)


class BatchNorm(nn.Module):
    def __init__(self, features, decay=0.99, epsilon=1e-3):
        super().__init__()
        self.beta = nn.Parameter(torch.zeros(features))
        self.gamma = nn.Parameter(torch.ones(features))
        self.register_buffer("moving_mean", torch.zeros(features))
        self.register_buffer("moving_variance", torch.ones(features))
        self.decay, self.epsilon = decay, epsilon

    def forward(self, x):
        if self.training:
            mean, variance = moments(x, [0])
            with torch.no_grad():
                self.moving_mean.lerp_(mean.to(self.moving_mean.dtype), 1 - self.decay)
                self.moving_variance.lerp_(variance.to(self.moving_variance.dtype), 1 - self.decay)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        return batch_normalization(x, mean, variance, self.beta, self.gamma, self.epsilon)


if __name__ == "__main__":
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(4, 8), BatchNorm(8), nn.ReLU(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x = torch.randn(30, 4)
    for _ in range(5):
        optimizer.zero_grad()
        loss = (net(x)[:, 0] - x[:, 0] * x[:, 1]).pow(2).mean()
        loss.backward()
        optimizer.step()
    print(loss.item())
