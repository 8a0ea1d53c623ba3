import torch
from torch import nn


class FocalLossSigmoid(nn.Module):
    """Focal loss of each class by itself; targets are 0 or 1, of the shape of the inputs."""

    def __init__(self, alpha=0.25, gamma=2):
        super().__init__()
        self.alpha = alpha
        self.gamma = gamma

    def forward(self, inputs, targets):
        P = torch.sigmoid(inputs)
        loss_pos = -1.0 * torch.pow(1 - P, self.gamma) * torch.log(P) * targets * self.alpha
        loss_neg = -1.0 * torch.pow(1 - P, self.gamma) * torch.log(1 - P) * (1 - targets) * (1 - self.alpha)
        return (loss_pos + loss_neg).sum()
