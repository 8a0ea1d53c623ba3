import numpy as np


def batched_softmax_forward(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def batched_softmax_backward(weights, grad):
    return weights * (grad - np.sum(grad * weights, axis=-1, keepdims=True))


class CausalTransformerBlock:
    """Self-attention of a language model that predicts the next token: (seq, hidden) to (seq, hidden)."""

    def __init__(self, hidden, num_heads):
        self.num_heads = num_heads
        self.head_dim = hidden // num_heads
        scale = 1 / np.sqrt(hidden)
        self.w_q, self.w_k, self.w_v, self.w_o = np.random.normal(0, scale, (4, hidden, hidden))

    def split(self, x):
        return x.reshape(len(x), self.num_heads, self.head_dim).transpose(1, 0, 2)

    def merge(self, x):
        return x.transpose(1, 0, 2).reshape(x.shape[1], -1)

    def compute_attention(self, q, k, v):
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(self.head_dim)
        self.attn_weights = batched_softmax_forward(scores)
        return self.attn_weights @ v

    def forward(self, x):
        self.x = x
        self.q, self.k, self.v = (self.split(x @ w) for w in (self.w_q, self.w_k, self.w_v))
        self.context = self.merge(self.compute_attention(self.q, self.k, self.v))
        return x + self.context @ self.w_o

    def backward(self, grad):
        self.d_w_o = self.context.T @ grad
        d_context = self.split(grad @ self.w_o.T)
        d_weights = d_context @ self.v.transpose(0, 2, 1)
        d_v = self.attn_weights.transpose(0, 2, 1) @ d_context
        d_scores = batched_softmax_backward(self.attn_weights, d_weights) / np.sqrt(self.head_dim)
        d_q = d_scores @ self.k
        d_k = d_scores.transpose(0, 2, 1) @ self.q
        d_x = grad.copy()
        self.d_w_q, self.d_w_k, self.d_w_v = (self.x.T @ self.merge(d) for d in (d_q, d_k, d_v))
        for d, w in ((d_q, self.w_q), (d_k, self.w_k), (d_v, self.w_v)):
            d_x += self.merge(d) @ w.T
        return d_x

    def step(self, rate):
        for name in ("w_q", "w_k", "w_v", "w_o"):
            setattr(self, name, getattr(self, name) - rate * getattr(self, "d_" + name))


if __name__ == "__main__":
    np.random.seed(4)
    block = CausalTransformerBlock(6, 2)
    tokens = np.random.randn(8, 6)
    for _ in range(10):
        out = block.forward(tokens[:-1])
        block.backward((out - tokens[1:]) / 7)
        block.step(0.1)
    print(np.mean((out - tokens[1:]) ** 2))
