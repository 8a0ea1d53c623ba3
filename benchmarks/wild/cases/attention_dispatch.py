import torch


class DispatchedAttention(torch.autograd.Function):
    """Attention for query, key and value of (batch, sequence, heads, dim)."""

    @staticmethod
    def forward(ctx, query, key, value):
        query = query.transpose(1, 2).contiguous()
        key = key.transpose(1, 2).contiguous()
        value = value.transpose(1, 2).contiguous()
        ctx.scale = query.shape[-1] ** -0.5
        probs = torch.softmax(query @ key.transpose(-2, -1) * ctx.scale, dim=-1)
        ctx.save_for_backward(query, key, value, probs)
        return (probs @ value).transpose(1, 2).contiguous()

    @staticmethod
    def backward(ctx, grad_out):
        query, key, value, probs = ctx.saved_tensors
        grad_out = grad_out.transpose(1, 2).contiguous()
        key = key.transpose(1, 2).contiguous()
        value = value.transpose(1, 2).contiguous()

        grad_value = probs.transpose(-2, -1) @ grad_out
        grad_probs = grad_out @ value.transpose(-2, -1)
        grad_scores = probs * (grad_probs - (grad_probs * probs).sum(-1, keepdim=True)) * ctx.scale
        grad_query = grad_scores @ key
        grad_key = grad_scores.transpose(-2, -1) @ query
        return grad_query.transpose(1, 2), grad_key.transpose(1, 2), grad_value.transpose(1, 2)
