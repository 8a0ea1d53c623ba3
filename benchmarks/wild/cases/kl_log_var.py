"""The KL term of a variational autoencoder; the encoder gives the mean and the log variance."""

import torch


class KLTerm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, mu, log_var):
        ctx.save_for_backward(mu, log_var)
        return torch.mean(-0.5 * torch.sum(1 + log_var - mu**2 - log_var.exp(), dim=1), dim=0)

    @staticmethod
    def backward(ctx, grad_output):
        mu, log_var = ctx.saved_tensors
        grad_mu = grad_output * mu / len(mu)
        grad_log_var = grad_output * 0.5 * (log_var.exp() - 1) / len(mu)
        return grad_mu, grad_log_var
