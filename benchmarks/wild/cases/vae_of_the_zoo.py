import torch

torch.manual_seed(0)

Dz, Dh, Dx, M = 2, 8, 6, 10

# Components of recognition model / "encoder" MLP
A = torch.nn.Sequential(torch.nn.Linear(Dx, Dh), torch.nn.Tanh())
mu_layer, logsigma_layer = torch.nn.Linear(Dh, Dz), torch.nn.Linear(Dh, Dz)


def g(x):
    h = A(x)
    return mu_layer(h), logsigma_layer(h)


def z(mu, logsigma):
    return mu + torch.exp(logsigma) * torch.randn_like(mu)


# Generative model / "decoder" MLP
f = torch.nn.Sequential(torch.nn.Linear(Dz, Dh), torch.nn.Tanh(), torch.nn.Linear(Dh, Dx))


def kl_q_p(mu, logsigma):
    """KL-divergence between the approximate posterior N(mu, sigma^2) and the prior N(0, 1)"""
    return 0.5 * torch.sum(torch.exp(2 * logsigma) + mu**2 - 1 + logsigma**2)


def logp_x_z(x, z):
    """log p(x|z), for binary x"""
    return -torch.nn.functional.binary_cross_entropy_with_logits(f(z), x, reduction="sum")


def L_bar(x):
    """Monte Carlo estimator of the mean ELBO, using M samples"""
    mu, logsigma = g(x)
    return (logp_x_z(x, z(mu, logsigma)) - kl_q_p(mu, logsigma)) / len(x)


def loss(x):
    return -L_bar(x) + 0.01 * sum(p.pow(2).sum() for p in f.parameters())


parameters = [p for m in (A, mu_layer, logsigma_layer, f) for p in m.parameters()]
optimizer = torch.optim.Adam(parameters, lr=0.01)
for epoch in range(10):
    x = (torch.rand(M, Dx) < torch.linspace(0.1, 0.9, Dx)).float()
    optimizer.zero_grad()
    value = loss(x)
    value.backward()
    optimizer.step()
print(value.item())
