import torch


class CausalAttention(torch.autograd.Function):
    """q (Nq, D), k (Nk, D), v (Nk, Dv); the last query sees all keys."""

    @staticmethod
    def forward(ctx, q, k, v, causal, scale):
        seqlen_q, seqlen_k = q.shape[0], k.shape[0]
        s = q @ k.T * scale
        if causal:
            offs_m = torch.arange(seqlen_q)[:, None]
            offs_n = torch.arange(seqlen_k)[None, :]
            s = s.masked_fill(offs_m + seqlen_k - seqlen_q < offs_n, float("-inf"))
        lse = torch.logsumexp(s, dim=1)
        o = torch.exp(s - lse[:, None]) @ v
        ctx.save_for_backward(q, k, v, o, lse)
        ctx.causal, ctx.scale = causal, scale
        return o

    @staticmethod
    def backward(ctx, do):
        q, k, v, o, lse = ctx.saved_tensors
        delta = (o * do).sum(dim=1)
        p = torch.exp(q @ k.T * ctx.scale - lse[:, None])
        if ctx.causal:
            offs_m = torch.arange(q.shape[0])[:, None]
            offs_n = torch.arange(k.shape[0])[None, :]
            p = torch.where(offs_m >= offs_n, p, torch.zeros_like(p))
        dv = p.T @ do
        ds = p * (do @ v.T - delta[:, None])
        dq = ds @ k * ctx.scale
        dk = ds.T @ q * ctx.scale
        return dq, dk, dv, None, None


def attention(q, k, v, causal=True, scale=None):
    if scale is None:
        scale = q.shape[-1] ** -0.5
    return CausalAttention.apply(q, k, v, causal, scale)


class Decoder(torch.nn.Module):
    """New tokens attend to a cached prefix and to one another."""

    def __init__(self, dim):
        super().__init__()
        self.q, self.k, self.v = (torch.nn.Linear(dim, dim, bias=False) for _ in range(3))

    def forward(self, x, prefix):
        context = torch.cat([prefix, x])
        return attention(self.q(x), self.k(context), self.v(context))


if __name__ == "__main__":
    torch.manual_seed(0)
    decoder = Decoder(6)
    x, prefix, target = torch.randn(4, 6), torch.randn(3, 6), torch.randn(4, 6)
    optimizer = torch.optim.SGD(decoder.parameters(), lr=0.1)
    for _ in range(10):
        optimizer.zero_grad()
        loss = (decoder(x, prefix) - target).pow(2).mean()
        loss.backward()
        optimizer.step()
    print(loss.item())
