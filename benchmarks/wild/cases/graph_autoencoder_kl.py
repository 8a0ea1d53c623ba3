import torch
from torch import nn

MAX_LOGVAR = 10


class Encoder(nn.Module):
    def __init__(self, features, hidden, latent):
        super().__init__()
        self.first = nn.Linear(features, hidden)
        self.mu = nn.Linear(hidden, latent)
        self.logvar = nn.Linear(hidden, latent)

    def forward(self, x, adjacency):
        x = torch.relu(adjacency @ self.first(x))
        return adjacency @ self.mu(x), adjacency @ self.logvar(x)


class VGAE(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def reparametrize(self, mu, logvar):
        if self.training:
            return mu + torch.randn_like(logvar) * torch.exp(logvar)
        return mu

    def encode(self, *args):
        self.__mu__, self.__logvar__ = self.encoder(*args)
        self.__logvar__ = self.__logvar__.clamp(max=MAX_LOGVAR)
        return self.reparametrize(self.__mu__, self.__logvar__)

    def recon_loss(self, z, adjacency):
        logits = z @ z.t()
        return nn.functional.binary_cross_entropy_with_logits(logits, (adjacency > 0).to(z.dtype))

    def kl_loss(self, mu=None, logvar=None):
        mu = self.__mu__ if mu is None else mu
        logvar = self.__logvar__ if logvar is None else logvar.clamp(max=MAX_LOGVAR)
        return -0.5 * torch.mean(torch.sum(1 + logvar - mu**2 - logvar.exp(), dim=1))


if __name__ == "__main__":
    torch.manual_seed(5)
    adjacency = torch.eye(6) + torch.diag(torch.ones(5), 1) + torch.diag(torch.ones(5), -1)
    adjacency = adjacency / adjacency.sum(1, keepdim=True)
    model = VGAE(Encoder(4, 8, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    x = torch.randn(6, 4)
    for _ in range(10):
        optimizer.zero_grad()
        z = model.encode(x, adjacency)
        loss = model.recon_loss(z, adjacency) + model.kl_loss() / 6
        loss.backward()
        optimizer.step()
    print(loss.item())
