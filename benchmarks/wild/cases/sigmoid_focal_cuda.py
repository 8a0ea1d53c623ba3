import torch


class SigmoidFocalLossFunction(torch.autograd.Function):
    """One loss for each logit; targets are 0 or 1."""

    @staticmethod
    def forward(ctx, logits, targets, gamma=2.0, alpha=0.25):
        ctx.save_for_backward(logits, targets)
        ctx.gamma, ctx.alpha = gamma, alpha
        p = torch.sigmoid(logits)
        term1 = (1 - p) ** gamma * torch.log(p.clamp(min=1e-38))
        term2 = p**gamma * log_one_minus_p(logits)
        return -targets * term1 * alpha - (1 - targets) * term2 * (1 - alpha)

    @staticmethod
    def backward(ctx, d_losses):
        logits, targets = ctx.saved_tensors
        gamma, alpha = ctx.gamma, ctx.alpha
        p = torch.sigmoid(logits)
        # (1-p)**g * (1 - p - g*p*log(p))
        term1 = (1 - p) ** gamma * (1 - p - p * gamma * torch.log(p.clamp(min=1e-38)))
        # p**g * (g*(1-p)*log(1-p) - p)
        term2 = p**gamma * (log_one_minus_p(logits) * (1 - p) * gamma - p)
        d_logits = -targets * term1 * alpha - (1 - targets) * term2 * (1 - alpha)
        return d_logits * d_losses, None, None, None


def log_one_minus_p(logits):
    positive = (logits >= 0).to(logits.dtype)
    return -logits * positive - torch.log(1 + torch.exp(logits - 2 * logits * positive))
