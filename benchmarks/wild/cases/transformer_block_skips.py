"""A block of a transformer with its backward pass: norm, attention, skip; norm, feed forward, skip."""

import numpy as np

EPS = 1e-6


def rms_norm(x, weight):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + EPS) * weight


def rms_norm_backward(grad, x, weight):
    inv = 1 / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + EPS)
    g = grad * weight
    dx = inv * (g - x * inv * inv * np.mean(g * x, axis=-1, keepdims=True))
    return dx, np.sum(grad * x * inv, axis=0)


def softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class TransformerBlock:
    def __init__(self, hidden, inner, rng):
        self.scale = hidden**-0.5
        for name, shape in {
            "w_q": (hidden, hidden), "w_k": (hidden, hidden), "w_v": (hidden, hidden),
            "w_up": (hidden, inner), "w_down": (inner, hidden),
        }.items():  # fmt: skip
            setattr(self, name, rng.normal(size=shape) * hidden**-0.5)
        self.norm1, self.norm2 = np.ones(hidden), np.ones(hidden)

    def forward(self, x):
        """x: (sequence, hidden)."""
        self.input = x
        self.norm1_out = rms_norm(x, self.norm1)
        self.q, self.k, self.v = (self.norm1_out @ w for w in (self.w_q, self.w_k, self.w_v))
        self.attn = softmax(self.q @ self.k.T * self.scale)
        self.residual1 = x + self.attn @ self.v
        self.norm2_out = rms_norm(self.residual1, self.norm2)
        self.up = self.norm2_out @ self.w_up
        return self.residual1 + np.maximum(self.up, 0) @ self.w_down

    def backward_ffn(self, grad):
        self.d_w_down = np.maximum(self.up, 0).T @ grad
        d_up = (grad @ self.w_down.T) * (self.up > 0)
        self.d_w_up = self.norm2_out.T @ d_up
        return d_up @ self.w_up.T

    def backward_attention(self, grad):
        d_v = self.attn.T @ grad
        d_attn = grad @ self.v.T
        d_scores = self.attn * (d_attn - np.sum(d_attn * self.attn, axis=-1, keepdims=True)) * self.scale
        d_q, d_k = d_scores @ self.k, d_scores.T @ self.q
        self.d_w_q, self.d_w_k, self.d_w_v = (self.norm1_out.T @ d for d in (d_q, d_k, d_v))
        return d_q @ self.w_q.T + d_k @ self.w_k.T + d_v @ self.w_v.T

    def backward(self, grad_output):
        # feed forward and the norm before it
        d_norm2_out = self.backward_ffn(grad_output)
        grad_residual1, self.d_norm2 = rms_norm_backward(d_norm2_out, self.residual1, self.norm2)

        # attention and the norm before it
        d_norm1_out = self.backward_attention(grad_residual1)
        grad_input, self.d_norm1 = rms_norm_backward(d_norm1_out, self.input, self.norm1)

        # the skip around the attention
        grad_input = grad_input + grad_residual1
        return grad_input


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    blocks = [TransformerBlock(8, 16, rng) for _ in range(6)]
    x = rng.normal(size=(5, 8))
    for block in blocks:
        x = block.forward(x)
    grad = np.ones_like(x)
    for index in reversed(range(len(blocks))):
        grad = blocks[index].backward(grad)
        print("block", index, "norm of the gradient", np.linalg.norm(grad))
