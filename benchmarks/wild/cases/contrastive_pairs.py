import torch
from torch import nn


class NTXentLoss(nn.Module):
    """
    Normalized temperature-scaled cross entropy of SimCLR. Rows 2k and 2k + 1 of z are two views of
    one image; similarity is the cosine of the angle between two rows.
    """

    def __init__(self, temperature=0.5):
        super().__init__()
        self.t = temperature

    def forward(self, z):
        n = z.shape[0]
        b = z @ z.t()
        lengths = z.norm(dim=1)
        norm = lengths[:, None] * lengths[None, :]

        den = norm * b / self.t
        den = den.masked_fill(torch.eye(n, dtype=torch.bool), float("-inf"))
        den = torch.logsumexp(den, dim=1)

        num = b / norm / self.t
        partner = torch.arange(n) ^ 1
        num = num[torch.arange(n), partner]
        return (den - num).mean()


class Encoder(nn.Module):
    def __init__(self, features, hidden, out):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, out))

    def forward(self, x):
        return self.f(x)


if __name__ == "__main__":
    torch.manual_seed(0)
    images = torch.randn(6, 10)
    model, criterion = Encoder(10, 16, 4), NTXentLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for epoch in range(10):
        views = images.repeat_interleave(2, dim=0) + 0.1 * torch.randn(12, 10)
        optimizer.zero_grad()
        loss = criterion(model(views))
        loss.backward()
        optimizer.step()
    print(loss.item())
