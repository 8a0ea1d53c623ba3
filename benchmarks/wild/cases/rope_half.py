import torch


def rotate_half(x):
    half = x.shape[-1] // 2
    return torch.cat([-x[..., half:], x[..., :half]], dim=-1)


def rotate_every_two(x):
    return torch.stack([-x[..., 1::2], x[..., ::2]], dim=-1).reshape(x.shape)


class FusedRotaryPositionEmbedding(torch.autograd.Function):
    """Rotates q by its position; the tables sin and cos are (seq_len, head_dim)."""

    @staticmethod
    def forward(ctx, q, sin, cos, use_neox_rotary_style=True):
        ctx.save_for_backward(sin, cos)
        ctx.use_neox_rotary_style = use_neox_rotary_style
        sin, cos = sin[None, :, None, :], cos[None, :, None, :]
        if use_neox_rotary_style:
            return q * cos + rotate_every_two(q) * sin
        return q * cos + rotate_half(q) * sin

    @staticmethod
    def backward(ctx, out_grad):
        sin, cos = ctx.saved_tensors
        sin, cos = sin[None, :, None, :], cos[None, :, None, :]
        if ctx.use_neox_rotary_style:
            q_grad = out_grad * cos - rotate_every_two(out_grad * sin)
        else:
            q_grad = out_grad * cos - rotate_half(out_grad) * sin
        return q_grad, None, None, None


def fused_rotary_position_embedding(q, sin, cos, use_neox_rotary_style=True):
    return FusedRotaryPositionEmbedding.apply(q, sin, cos, use_neox_rotary_style)


def get_sin_cos_tensor(seq_len, head_dim, base=10000.0):
    pos = torch.arange(seq_len, dtype=torch.float64)[:, None]
    freq = base ** (-torch.arange(0, head_dim, 2, dtype=torch.float64) / head_dim)
    angle = torch.repeat_interleave(pos * freq, 2, dim=-1)
    return angle.sin(), angle.cos()


if __name__ == "__main__":
    torch.manual_seed(0)
    sin, cos = get_sin_cos_tensor(5, 8)
    q = torch.randn(2, 5, 3, 8, dtype=torch.float64, requires_grad=True)
    for style in True, False:
        out = fused_rotary_position_embedding(q, sin, cos, style)
        (grad,) = torch.autograd.grad(out.pow(2).sum(), q)
        print(style, grad.norm().item())
