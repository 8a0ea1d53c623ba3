import torch
import torch.nn.functional as F


class SoftmaxLoss(torch.autograd.Function):
    @staticmethod
    def forward(logits, y):
        return -F.log_softmax(logits, dim=1).gather(1, y[:, None]).mean()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad_output):
        logits, y = ctx.saved_tensors
        p = F.softmax(logits, dim=1)
        q = torch.zeros_like(p)
        q.scatter_(1, y[:, None], 1.0)
        N, C = p.shape
        return grad_output * (p - q) / N / C, None
