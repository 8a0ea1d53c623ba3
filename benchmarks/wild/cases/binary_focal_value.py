import torch
import torch.nn.functional as F


class BinaryFocalLoss(torch.autograd.Function):
    """Focal loss of logits for targets 0 and 1, the mean of -(1 - pt)^gamma log(pt)."""

    @staticmethod
    def forward(ctx, logits, target, gamma=2.0):
        sign = 2 * target - 1
        log_pt = F.logsigmoid(sign * logits)
        ctx.save_for_backward(log_pt, sign)
        ctx.gamma = gamma
        return -log_pt.mean()

    @staticmethod
    def backward(ctx, grad_output):
        log_pt, sign = ctx.saved_tensors
        gamma = ctx.gamma
        pt = torch.exp(log_pt)
        grad = sign * (1 - pt) ** gamma * (gamma * pt * log_pt - (1 - pt))
        return grad_output * grad / grad.numel(), None, None
