import torch


class CELoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, q):
        lse = torch.logsumexp(x, dim=1, keepdim=True)
        ctx.save_for_backward((torch.exp(x - lse) - q).div(x.shape[0]))
        return torch.einsum("nc,nc->n", q, lse - x).mean()

    @staticmethod
    def backward(ctx, g):
        return torch.mul(*ctx.saved_tensors, g), None
