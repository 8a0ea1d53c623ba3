"""Focal loss with logits whose gradient is worked out in forward or backward, to save memory."""

import torch
import torch.nn.functional as F
from torch import nn


class FocalSigmoidLossFuncV2(torch.autograd.Function):
    """The value and the gradient by logits are written out by hand."""

    @staticmethod
    def forward(ctx, logits, label, alpha, gamma):
        probs = torch.sigmoid(logits)
        coeff = torch.abs(label - probs) ** gamma
        log_probs = F.logsigmoid(logits)
        log_1_probs = F.logsigmoid(-logits)
        ce = label * alpha * log_probs + (1.0 - label) * (1.0 - alpha) * log_1_probs
        ctx.save_for_backward(probs, coeff, ce, label)
        ctx.alpha, ctx.gamma = alpha, gamma
        return -coeff * ce

    @staticmethod
    def backward(ctx, grad_output):
        probs, coeff, ce, label = ctx.saved_tensors
        alpha, gamma = ctx.alpha, ctx.gamma
        d_coeff = gamma * torch.abs(label - probs) ** (gamma - 1.0) * probs * (1.0 - probs)
        d_coeff = torch.where(label > probs, -d_coeff, d_coeff)
        term1 = d_coeff * ce
        d_ce = label * alpha * (1.0 - probs) - (1.0 - label) * (1.0 - alpha) * probs
        term2 = coeff * d_ce
        return -(term1 + term2) * grad_output, None, None, None


class FocalLossV2(nn.Module):
    def __init__(self, alpha=0.25, gamma=2, reduction="mean"):
        super().__init__()
        self.alpha, self.gamma, self.reduction = alpha, gamma, reduction

    def forward(self, logits, label):
        loss = FocalSigmoidLossFuncV2.apply(logits, label, self.alpha, self.gamma)
        if self.reduction == "mean":
            return loss.mean()
        return loss.sum() if self.reduction == "sum" else loss


if __name__ == "__main__":
    logits = torch.randn(4, 3, requires_grad=True)
    label = torch.randint(0, 2, (4, 3)).float()
    FocalLossV2()(logits, label).backward()
    print(logits.grad)
