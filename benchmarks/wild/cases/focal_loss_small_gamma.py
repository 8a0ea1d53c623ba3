import torch
import torch.nn as nn


class BinaryFocalLossWithLogits(nn.Module):
    """Focal loss for targets 0 and 1; a gamma below 1 looks away from easy examples only a little."""

    def __init__(self, alpha=0.25, gamma=0.5, eps=1e-8):
        super().__init__()
        self.alpha, self.gamma, self.eps = alpha, gamma, eps

    def forward(self, logits, target):
        p = torch.sigmoid(logits)
        ones = self.alpha * (1 - p) ** self.gamma * torch.log(p + self.eps)
        zeros = (1 - self.alpha) * p**self.gamma * torch.log(1 - p + self.eps)
        return -(target * ones + (1 - target) * zeros).mean()
