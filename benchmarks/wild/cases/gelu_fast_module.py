import torch
import torch.nn as nn


class FastGELU(nn.Module):
    """The tanh approximation of GELU."""

    def __init__(self):
        super().__init__()
        self.coeff1 = 0.7978845608
        self.coeff2 = 0.044715

    def forward(self, x):
        return 0.5 * x * (1.0 + torch.tanh(x * self.coeff2 * (1.0 + self.coeff1 * x * x)))
