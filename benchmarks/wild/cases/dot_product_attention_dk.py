import torch
from torch import nn


class ScaledDotProductAttention(nn.Module):
    """Attention of queries (..., q, d) over keys (..., k, d) and values (..., k, v)."""

    def __init__(self, obey_sequence_order=False):
        super().__init__()
        self.obey_sequence_order = obey_sequence_order

    def forward(self, query, key, value):
        dk = key.shape[-1]
        scaled = query @ key.transpose(-2, -1) / dk
        if self.obey_sequence_order:
            ahead = torch.ones(scaled.shape[-2:], dtype=torch.bool).triu(1)
            scaled = scaled.masked_fill(ahead, float("-inf"))
        probability = torch.softmax(scaled, dim=-1)
        return probability @ value
