import torch
import torch.nn.functional as F


class SmoothedCrossEntropy(torch.autograd.Function):
    """Cross-entropy with label smoothing: the target has 1 - s, and s is spread over all V classes."""

    @staticmethod
    def forward(ctx, logits, target, label_smoothing=0.1):
        n, v = logits.shape
        log_probs = F.log_softmax(logits, dim=-1)
        rows = torch.arange(n)
        eps = label_smoothing / v
        hard = -log_probs[rows, target].sum()
        smooth = -log_probs.sum()
        loss = ((1 - label_smoothing) * hard + eps * smooth) / n

        # dx_i = (softmax(x_i) - s / V) / N, and dx_y = dx_i - (1 - s) / N
        dx = (log_probs.exp() - eps) / n
        dx[rows, target] -= (1 - label_smoothing) / n
        ctx.save_for_backward(dx)
        return loss

    @staticmethod
    def backward(ctx, grad_output):
        (dx,) = ctx.saved_tensors
        return dx * grad_output, None, None
