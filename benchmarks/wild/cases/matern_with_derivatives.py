import torch

five = 5.0


class Matern52KernelGrad:
    """
    Covariances of a function and its first derivatives under a Matern 5/2 prior. With x1 (n1, d) and
    x2 (n2, d) the blocks are
        cov(f, f)    (n1, n2)
        cov(f, df)   (n1, n2, d), the derivative by x2
        cov(df, f)   (n1, n2, d), the derivative by x1
    """

    def __init__(self, lengthscale):
        self.lengthscale = lengthscale

    def distances(self, x1, x2):
        outer = (x1[:, None, :] - x2[None, :, :]) / self.lengthscale
        r = torch.sqrt((outer**2).sum(dim=-1) + 1e-30)
        return outer / self.lengthscale, r

    def cov_f_f(self, x1, x2):
        _, r = self.distances(x1, x2)
        constant = 1 + five**0.5 * r + five / 3.0 * r**2
        return constant * torch.exp(-(five**0.5) * r)

    def cov_f_df(self, x1, x2):
        outer, r = self.distances(x1, x2)
        common = five / 3.0 * (1 + five**0.5 * r) * torch.exp(-(five**0.5) * r)
        return -common[:, :, None] * outer

    def cov_df_f(self, x1, x2):
        outer, r = self.distances(x1, x2)
        common = five / 3.0 * (1 + five**0.5 * r) * torch.exp(-(five**0.5) * r)
        return common[:, :, None] * outer


if __name__ == "__main__":
    kernel = Matern52KernelGrad(torch.tensor([0.7]))
    X = torch.linspace(-2, 2, 9)[:, None]
    y = torch.sin(2 * X[:, 0])
    at = torch.tensor([[0.0]])
    K = kernel.cov_f_f(X, X) + 1e-4 * torch.eye(len(X))
    slope = kernel.cov_f_df(X, at)[:, 0, 0] @ torch.linalg.solve(K, y)
    print(slope)
