"""Scaled dot-product attention as a module."""

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, sm_scale=1.0):
        super().__init__()
        self.sm_scale = sm_scale

    def forward(self, q, k, v):
        scores = q @ k.transpose(-2, -1) * self.sm_scale
        return torch.softmax(scores, dim=-1) @ v
