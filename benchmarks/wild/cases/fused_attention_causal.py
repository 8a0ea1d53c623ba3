import math

import torch


def _attn_fwd(q, k, v, sm_scale, causal):
    qk = q @ k.transpose(-2, -1) * sm_scale
    if causal:
        n = q.shape[-2]
        mask = torch.ones(n, n, dtype=torch.bool).tril()
        qk = qk.masked_fill(~mask, -1.0e6)
    m = qk.max(dim=-1, keepdim=True).values
    p = torch.exp2((qk - m) / math.log(2))
    l_i = p.sum(dim=-1, keepdim=True)
    return p @ v / l_i, m + torch.log(l_i)


def _attn_bwd_preprocess(o, do):
    return (o * do).sum(dim=-1, keepdim=True)


def _attn_bwd(q, k, v, do, M, D, sm_scale):
    p = torch.exp(q @ k.transpose(-2, -1) * sm_scale - M)
    dv = p.transpose(-2, -1) @ do
    dp = do @ v.transpose(-2, -1)
    ds = p * (dp - D)
    dk = ds.transpose(-2, -1) @ q * sm_scale
    dq = ds @ k * sm_scale
    return dq, dk, dv


class _attention(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v, causal, sm_scale):
        # shape constraints
        assert q.shape[-1] == k.shape[-1] and k.shape[-1] == v.shape[-1]
        o, M = _attn_fwd(q, k, v, sm_scale, causal)
        ctx.save_for_backward(q, k, v, o, M)
        ctx.sm_scale = sm_scale
        ctx.causal = causal
        return o

    @staticmethod
    def backward(ctx, do):
        q, k, v, o, M = ctx.saved_tensors
        delta = _attn_bwd_preprocess(o, do)
        dq, dk, dv = _attn_bwd(q, k, v, do, M, delta, ctx.sm_scale)
        return dq, dk, dv, None, None


attention = _attention.apply


def test_op(Z, H, N_CTX, HEAD_DIM, causal, dtype=torch.float32):
    torch.manual_seed(20)
    q, k, v = (torch.empty(Z, H, N_CTX, HEAD_DIM, dtype=dtype).normal_(0, 0.5) for _ in range(3))
    q.requires_grad_(), k.requires_grad_(), v.requires_grad_()
    dout = torch.randn_like(q)
    tri_out = attention(q, k, v, causal, 0.5)
    grads = torch.autograd.grad(tri_out, (q, k, v), dout)
    return tri_out, grads


if __name__ == "__main__":
    out, grads = test_op(1, 2, 8, 4, causal=True)
    print(out.shape, [g.abs().mean().item() for g in grads])
