import torch


class KLDCriterion(torch.autograd.Function):
    """
    KL(target || input) of diagonal normal distributions, each given by its
    mean and the logarithm of its variance. Order: input, then target.
    """

    @staticmethod
    def forward(ctx, input_mu, input_logv, target_mu, target_logv):
        mu1, logv1 = target_mu, target_logv
        mu2, logv2 = input_mu, input_logv
        ctx.save_for_backward(mu1, logv1, mu2, logv2)
        kl = logv2 - logv1 + (logv1.exp() + (mu1 - mu2) ** 2) / logv2.exp() - 1
        return kl.sum() / 2

    @staticmethod
    def backward(ctx, grad_output):
        mu1, logv1, mu2, logv2 = ctx.saved_tensors
        dmu1 = (mu1 - mu2) / logv2.exp()
        dmu2 = -dmu1
        dlogv1 = ((logv1 - logv2).exp() - 1) / 2
        dlogv2 = (1 - (logv1.exp() + (mu1 - mu2) ** 2) / logv2.exp()) / 2
        gradInput = (dmu2, dlogv2, dmu1, dlogv1)
        return tuple(grad_output * each for each in gradInput)


class ConditionalPrior(torch.nn.Module):
    def __init__(self, n_in, latent):
        super().__init__()
        self.mu = torch.nn.Linear(n_in, latent)
        self.logv = torch.nn.Linear(n_in, latent)

    def forward(self, x):
        return self.mu(x), self.logv(x)


if __name__ == "__main__":
    torch.manual_seed(2)
    prior, recognition = ConditionalPrior(3, 2), ConditionalPrior(5, 2)
    optimizer = torch.optim.SGD([*prior.parameters(), *recognition.parameters()], lr=0.05)
    x, y = torch.randn(10, 3), torch.randn(10, 2)
    for _ in range(10):
        optimizer.zero_grad()
        kl = KLDCriterion.apply(*prior(x), *recognition(torch.cat([x, y], 1))) / 10
        kl.backward()
        optimizer.step()
    print(kl.item())
