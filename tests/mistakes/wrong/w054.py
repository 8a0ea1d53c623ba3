import torch


class cross_entropy_loss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, target):
        n, c = logits.shape
        shifted = logits - logits.amax(1, keepdim=True)
        log_probs = shifted - shifted.exp().sum(1, keepdim=True).log()
        ctx.save_for_backward(log_probs, target)
        ctx.n, ctx.c = n, c
        return torch.einsum("nc,nc->", target, -log_probs) / n

    @staticmethod
    def backward(ctx, g):
        log_probs, target = ctx.saved_tensors
        return g * torch.softmax(log_probs, 1).sub(target).div(ctx.n * ctx.c), None
