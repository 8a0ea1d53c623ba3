import torch

BLOCK = 2


class FusedAttention(torch.autograd.Function):
    """q, k, v (N_CTX, HEAD_DIM), tile by tile, without the matrix of all scores."""

    @staticmethod
    def forward(ctx, q, k, v, causal, sm_scale):
        n = q.shape[0]
        o = torch.empty_like(q)
        M = q.new_empty(n)
        for start_m in range(0, n, BLOCK):
            rows = slice(start_m, start_m + BLOCK)
            hi = start_m + BLOCK if causal else n
            qk = q[rows] @ k[:hi].T * sm_scale
            if causal:
                offs_m = torch.arange(start_m, start_m + qk.shape[0])
                offs_n = torch.arange(qk.shape[1])
                qk = qk.masked_fill(offs_m[:, None] < offs_n[None, :], float("-inf"))
            M[rows] = torch.logsumexp(qk, dim=1)
            o[rows] = torch.exp(qk - M[rows, None]) @ v[:hi]
        ctx.save_for_backward(q, k, v, o, M)
        ctx.causal, ctx.sm_scale = causal, sm_scale
        return o

    @staticmethod
    def backward(ctx, do):
        q, k, v, o, M = ctx.saved_tensors
        n = q.shape[0]
        delta = (o * do).sum(dim=1)
        dq, dk, dv = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
        for start_n in range(0, n, BLOCK):
            cols = slice(start_n, start_n + BLOCK)
            # The tile on the diagonal comes first, and then those below it
            for start_m in range(start_n, n, BLOCK):
                rows = slice(start_m, start_m + BLOCK)
                p = torch.exp(q[rows] @ k[cols].T * ctx.sm_scale - M[rows, None])
                if ctx.causal and start_m == start_n:
                    p = torch.tril(p)
                dp = do[rows] @ v[cols].T
                ds = p * (dp - delta[rows, None])
                dv[cols] += p.T @ do[rows]
                dk[cols] += ds.T @ q[rows] * ctx.sm_scale
                dq[rows] += ds @ k[cols] * ctx.sm_scale
        return dq, dk, dv, None, None


attention = FusedAttention.apply


if __name__ == "__main__":
    torch.manual_seed(5)
    q, k, v = (torch.randn(8, 4, requires_grad=True) for _ in range(3))
    for causal in (True, False):
        out = attention(q, k, v, causal, 0.5)
        out.backward(torch.randn_like(out))
        print(q.grad.abs().mean())
