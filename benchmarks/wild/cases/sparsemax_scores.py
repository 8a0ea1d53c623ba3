import torch


class Sparsemax(torch.nn.Module):
    """The projection of scores onto the simplex: like softmax, but with zeros."""

    def forward(self, logits):
        ordered, _ = torch.sort(logits, dim=-1, descending=True)
        sums = torch.cumsum(ordered, dim=-1)
        ranks = torch.arange(1, logits.shape[-1] + 1, dtype=logits.dtype)
        support = 1 + ranks * ordered > sums
        k = support.sum(dim=-1, keepdim=True)
        sums_in_support = torch.where(support, sums, torch.zeros_like(sums))
        tau = (sums_in_support.sum(dim=-1, keepdim=True) - 1) / k
        return torch.clamp(logits - tau, min=0)
