"""How far the categories of an autoencoder are from the uniform distribution."""

import torch


class CategoricalKL(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits):
        z = torch.softmax(logits, dim=1)
        log_z = torch.log_softmax(logits, dim=1)
        ctx.save_for_backward(z, log_z)
        k = logits.shape[1]
        return (z * (log_z + torch.log(torch.tensor(float(k))))).sum()

    @staticmethod
    def backward(ctx, grad_output):
        z, log_z = ctx.saved_tensors
        k = torch.tensor(float(z.shape[1]))
        grad_z = torch.log(1 / k) - log_z - 1
        grad_logits = z * (grad_z - (grad_z * z).sum(dim=1, keepdim=True))
        return grad_output * grad_logits
