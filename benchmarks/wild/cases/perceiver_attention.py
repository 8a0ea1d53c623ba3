"""Attention of latent queries to keys and values."""

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, qk_head_dim):
        super().__init__()
        self.scale = qk_head_dim**-0.5

    def forward(self, q, k, v):
        attention = q @ k.transpose(-2, -1) / self.scale
        attention = attention.softmax(dim=-1)
        return attention @ v
