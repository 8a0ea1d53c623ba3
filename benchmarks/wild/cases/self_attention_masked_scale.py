"""Self attention with dropout in one function; the kept weights are scaled up."""

import torch


def masked_scale(x, mask, scale):
    return x * mask * scale


class SelfAttnFunc(torch.autograd.Function):
    @staticmethod
    def forward(ctx, queries, keys, values, dropout_mask, dropout_prob):
        """queries, keys, values: (batch, time, head dimension)."""
        scale = queries.size(-1) ** -0.5
        matmul1 = torch.bmm(queries, keys.transpose(1, 2)) * scale
        softmax_results = torch.softmax(matmul1, dim=-1)
        dropout_results = masked_scale(softmax_results, dropout_mask, 1.0 / (1.0 - dropout_prob))
        ctx.save_for_backward(queries, keys, values, softmax_results, dropout_results, dropout_mask)
        ctx.scale, ctx.dropout_prob = scale, dropout_prob
        return torch.bmm(dropout_results, values)

    @staticmethod
    def backward(ctx, output_grads):
        queries, keys, values, softmax_results, dropout_results, dropout_mask = ctx.saved_tensors

        values_grads = torch.bmm(dropout_results.transpose(1, 2), output_grads)
        matmul2_grads = torch.bmm(output_grads, values.transpose(1, 2))
        dropout_grads = masked_scale(matmul2_grads, dropout_mask, ctx.dropout_prob)
        along = (dropout_grads * softmax_results).sum(dim=-1, keepdim=True)
        softmax_grads = (dropout_grads - along) * softmax_results * ctx.scale
        queries_grads = torch.bmm(softmax_grads, keys)
        keys_grads = torch.bmm(softmax_grads.transpose(1, 2), queries)
        return queries_grads, keys_grads, values_grads, None, None


class SelfAttention(torch.nn.Module):
    def __init__(self, hidden, dropout=0.2):
        super().__init__()
        self.in_proj = torch.nn.Linear(hidden, 3 * hidden)
        self.dropout = dropout

    def forward(self, x):
        queries, keys, values = self.in_proj(x).chunk(3, dim=-1)
        probability = self.dropout if self.training else 0.0
        mask = (torch.rand(x.size(0), x.size(1), x.size(1)) >= probability).to(x.dtype)
        return SelfAttnFunc.apply(queries, keys, values, mask, probability)


if __name__ == "__main__":
    layer = SelfAttention(8)
    x = torch.randn(2, 5, 8)
    layer(x).square().sum().backward()
    print(layer.in_proj.weight.grad.norm())
