import torch
from torch import nn


class ScaledAttention(nn.Module):
    """softmax(q kᵀ / sqrt(d)) v; the scale goes with the query, before the product."""

    def __init__(self, att_size=7):
        super().__init__()
        self.scale = att_size**-0.5

    def forward(self, q, k, v):
        q = q * self.scale
        x = torch.matmul(q, k.transpose(-2, -1))
        x = torch.softmax(x, dim=-1)
        return x.matmul(v)
