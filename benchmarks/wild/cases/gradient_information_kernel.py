import torch


class GradientInformation:
    """Acquisition function: how well the gradient at the current point would be known."""

    def __init__(self, X, lengthscale, outputscale=1.0, noise=1e-2):
        self.X = X
        self.lengthscale = lengthscale
        self.outputscale = outputscale
        self.noise = noise

    def covar(self, x, X):
        dist = (x[:, None, :] - X[None, :, :]) / self.lengthscale
        return self.outputscale * torch.exp(-0.5 * (dist**2).sum(dim=-1))

    def _get_KxX_dx(self, x, X):
        """Derivative of covar by its first argument, (n, N, D)."""
        K_xX = self.covar(x, X)
        part1 = -1 / self.lengthscale
        part2 = x[:, None, :] - X[None, :, :]
        return part1 * part2 * K_xX[:, :, None]

    def _get_Kxx_dx2(self):
        return torch.diag(self.outputscale / self.lengthscale**2)

    def forward(self, thetas, theta_t):
        X = torch.cat([self.X, thetas])
        K_inv = torch.linalg.inv(self.covar(X, X) + self.noise * torch.eye(len(X)))
        K_dx = self._get_KxX_dx(theta_t, X)[0]
        variance = self._get_Kxx_dx2() - K_dx.t() @ K_inv @ K_dx
        return -torch.trace(variance)


if __name__ == "__main__":
    torch.manual_seed(0)
    acquisition = GradientInformation(torch.rand(8, 2), torch.tensor([0.4, 0.7]))
    theta_t = torch.tensor([[0.5, 0.5]])
    candidates = torch.rand(20, 1, 2)
    values = [acquisition.forward(c, theta_t).item() for c in candidates]
    print(max(values))
