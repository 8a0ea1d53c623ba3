import torch
from torch import nn


def causal_mask(seq_len):
    return torch.tril(torch.ones(seq_len, seq_len, dtype=torch.bool))


class AttentionHeads(nn.Module):
    """Multi-head attention: softmax of the raw attention, applied to the values, heads joined at the end."""

    def __init__(self, dim, n_heads, causal=True):
        super().__init__()
        assert dim % n_heads == 0
        self.n_heads, self.key_dim, self.causal = n_heads, dim // n_heads, causal
        self.query_key_value = nn.Linear(dim, 3 * dim, bias=False)
        self.heads_to_rep = nn.Linear(dim, dim)

    def split_heads(self, x):
        batch, pos, _ = x.shape
        return x.view(batch, pos, self.n_heads, self.key_dim).transpose(1, 2)

    def attend(self, query, key, value):
        raw_attention = torch.einsum("bhqd,bhkd->bhqk", query, key)
        if self.causal:
            raw_attention = raw_attention.masked_fill(~causal_mask(query.size(2)), float("-inf"))
        attention = torch.softmax(raw_attention, dim=-1)
        return torch.einsum("bhqk,bhkd->bhqd", attention, value)

    def forward(self, x):
        query, key, value = (self.split_heads(part) for part in self.query_key_value(x).chunk(3, dim=-1))
        attended = self.attend(query, key, value)
        return self.heads_to_rep(attended.transpose(1, 2).flatten(2))


class TinyTransformer(nn.Module):
    def __init__(self, vocab_size, dim=16, n_heads=2, max_len=16):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, dim)
        self.positions = nn.Parameter(0.1 * torch.randn(max_len, dim))
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.heads = AttentionHeads(dim, n_heads)
        self.ff = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.unembed = nn.Linear(dim, vocab_size)

    def forward(self, tokens):
        rep = self.embed(tokens) + self.positions[: tokens.size(1)]
        rep = rep + self.heads(self.norm1(rep))
        rep = rep + self.ff(self.norm2(rep))
        return self.unembed(rep)


if __name__ == "__main__":
    torch.manual_seed(0)
    tokens = torch.arange(9).repeat(8, 1).add(torch.randint(0, 7, (8, 1))) % 7
    model = TinyTransformer(7)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(5):
        logits = model(tokens[:, :-1])
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
