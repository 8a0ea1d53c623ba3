import torch


class CE(torch.autograd.Function):
    @staticmethod
    def forward(logits, q):
        return (torch.logsumexp(logits, 1) - (logits * q).sum(1)).mean()

    @staticmethod
    def setup_context(ctx, inputs, output):
        logits, q = inputs
        ctx.save_for_backward(logits, q)

    @staticmethod
    def backward(ctx, grad):
        logits, q = ctx.saved_tensors
        e = torch.exp(logits - logits.max(1, keepdim=True).values)
        d = e / e.sum(1, keepdim=True)
        return grad * d / q.shape[0], None
