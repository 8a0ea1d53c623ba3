import math

import torch
from torch import nn


class MultiHeadAttention(nn.Module):
    def __init__(self, n_heads, dim):
        super().__init__()
        assert dim % n_heads == 0
        self.dim, self.n_heads = dim, n_heads
        self.q_lin, self.k_lin = nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.v_lin, self.out_lin = nn.Linear(dim, dim), nn.Linear(dim, dim)

    def forward(self, input, mask):
        """Self-attention: input (bs, qlen, dim), mask (bs, klen)"""
        bs, qlen, dim = input.size()
        n_heads = self.n_heads
        dim_per_head = dim // n_heads

        def shape(x):
            return x.view(bs, -1, n_heads, dim_per_head).transpose(1, 2)

        def unshape(x):
            return x.transpose(1, 2).contiguous().view(bs, -1, dim)

        q = shape(self.q_lin(input))
        k = shape(self.k_lin(input))
        v = shape(self.v_lin(input))

        q = q / math.sqrt(dim_per_head)
        scores = torch.matmul(q, k.transpose(2, 3))
        mask = (mask == 0).view(bs, 1, 1, qlen).expand_as(scores)
        scores = scores.masked_fill(mask, -float("inf"))
        weights = torch.softmax(scores, dim=-1)
        return self.out_lin(unshape(torch.matmul(weights, v)))


if __name__ == "__main__":
    torch.manual_seed(0)
    attention = MultiHeadAttention(2, 8)
    optimizer = torch.optim.Adam(attention.parameters(), lr=0.01)
    x, mask = torch.randn(2, 5, 8), torch.tensor([[1, 1, 1, 1, 0], [1, 1, 1, 0, 0]])
    for step in range(10):
        optimizer.zero_grad()
        loss = (attention(x, mask) - x.flip(1)).pow(2).mean()
        loss.backward()
        optimizer.step()
    print(loss.item())
