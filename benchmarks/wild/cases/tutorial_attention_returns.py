import torch


class _attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v, causal, sm_scale, warp_specialize=True):
        s = q @ k.transpose(-2, -1) * sm_scale
        if causal:
            n_ctx = q.shape[-2]
            s = s.masked_fill(torch.ones(n_ctx, n_ctx).triu(1).bool(), float("-inf"))
        M = torch.logsumexp(s, dim=-1, keepdim=True)
        o = torch.exp(s - M) @ v
        ctx.save_for_backward(q, k, v, o, M)
        ctx.sm_scale = sm_scale
        ctx.causal = causal
        return o

    @staticmethod
    def backward(ctx, do):
        q, k, v, o, M = ctx.saved_tensors
        delta = (o * do).sum(dim=-1, keepdim=True)
        s = q @ k.transpose(-2, -1) * ctx.sm_scale
        if ctx.causal:
            n_ctx = q.shape[-2]
            s = s.masked_fill(torch.ones(n_ctx, n_ctx).triu(1).bool(), float("-inf"))
        p = torch.exp(s - M)
        dv = p.transpose(-2, -1) @ do
        ds = p * (do @ v.transpose(-2, -1) - delta)
        dq = ds @ k * ctx.sm_scale
        dk = ds.transpose(-2, -1) @ q * ctx.sm_scale
        return dq, dk, dv, None, None, None, None


attention = _attention.apply


class SelfAttention(torch.nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.qkv = torch.nn.Linear(dim, 3 * dim)

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = self.qkv(x).reshape(B, T, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        out = attention(q, k, v, True, (D // self.heads) ** -0.5, False)
        return out.transpose(1, 2).reshape(B, T, D)


if __name__ == "__main__":
    torch.manual_seed(0)
    layer = SelfAttention(8, 2)
    x = torch.randn(2, 6, 8)
    loss = layer(x).pow(2).mean()
    loss.backward()
    print(layer.qkv.weight.grad.abs().mean().item())
