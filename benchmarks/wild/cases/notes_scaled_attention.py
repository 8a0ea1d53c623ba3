import torch
from torch import nn


class ScaledDotProductAttention(nn.Module):
    """softmax(q kᵀ / sqrt(d)) v, for (batch, tokens, heads, channels)."""

    def forward(self, q, k, v):
        w = torch.einsum("bqhc,bkhc->bhqk", q, k) / q.shape[-1] ** 0.5
        w = torch.softmax(w, dim=-1)
        return torch.einsum("bhqk,bkhc->bqhc", w, q)


if __name__ == "__main__":
    q, k, v = (torch.randn(2, 6, 4, 8) for _ in range(3))
    print(ScaledDotProductAttention()(q, k, v).shape)
