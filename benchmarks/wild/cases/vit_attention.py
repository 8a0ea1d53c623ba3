"""Scaled dot-product attention with several heads, for patches of an image."""

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim, heads=2, dim_head=3):
        super().__init__()
        inner_dim = dim_head * heads
        self.heads = heads
        self.scale = dim**-0.5
        self.to_qkv = nn.Linear(dim, inner_dim * 3, bias=False)
        self.to_out = nn.Linear(inner_dim, dim)

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = (
            part.reshape(b, n, self.heads, -1).transpose(1, 2) for part in self.to_qkv(x).chunk(3, dim=-1)
        )
        dots = q @ k.transpose(-1, -2) * self.scale
        out = dots.softmax(dim=-1) @ v
        return self.to_out(out.transpose(1, 2).reshape(b, n, -1))
