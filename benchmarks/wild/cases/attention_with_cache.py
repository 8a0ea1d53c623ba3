import torch

torch.manual_seed(0)
d_k = 8


def attention(Q, K, V, causal=True):
    """Scaled dot-product attention of a decoder, softmax(Q K^T / sqrt(d_k)) V"""
    attention_scores = Q @ K.transpose(-1, -2)
    if causal:
        seq_len, past = Q.shape[-2], K.shape[-2] - Q.shape[-2]
        mask = torch.tril(torch.ones(seq_len, K.shape[-2], dtype=torch.bool), diagonal=past)
        attention_scores = attention_scores.masked_fill(~mask, float("-inf"))
    attention_weights = torch.softmax(attention_scores, dim=-1)
    return attention_weights @ V


class KVCache:
    """Keys and values of the tokens so far."""

    def __init__(self):
        self.cache = {"key": None, "value": None}

    def update(self, key, value):
        if self.cache["key"] is None:
            self.cache["key"], self.cache["value"] = key, value
        else:
            self.cache["key"] = torch.cat([self.cache["key"], key], dim=-2)
            self.cache["value"] = torch.cat([self.cache["value"], value], dim=-2)

    def get_kv(self):
        return self.cache["key"], self.cache["value"]


if __name__ == "__main__":
    Wq, Wk, Wv = (torch.randn(d_k, d_k) / d_k**0.5 for _ in range(3))
    tokens = torch.randn(1, 5, d_k)
    whole = attention(tokens @ Wq, tokens @ Wk, tokens @ Wv)

    cache = KVCache()
    steps = []
    for t in range(5):
        token = tokens[:, t : t + 1]
        cache.update(token @ Wk, token @ Wv)
        K, V = cache.get_kv()
        steps.append(attention(token @ Wq, K, V))
    print(torch.allclose(whole, torch.cat(steps, dim=1), atol=1e-5))
