import torch
from torch import nn


class ChunkedLinearCrossEntropy(torch.autograd.Function):
    """Linear layer and cross-entropy by chunks of rows; the gradients are ready after the forward pass."""

    @staticmethod
    def forward(ctx, x, weight, target, chunk_size):
        n = len(x)
        dx, dw = torch.empty_like(x), torch.zeros_like(weight)
        loss = x.new_zeros(())
        for start in range(0, n, chunk_size):
            rows = slice(start, start + chunk_size)
            logits = x[rows] @ weight.T
            log_p = torch.log_softmax(logits, dim=1)
            index = torch.arange(len(logits))
            loss = loss - log_p[index, target[rows]].sum() / n
            dlogits = torch.exp(log_p)
            dlogits[index, target[rows]] -= 1
            dlogits /= n
            dx[rows] = dlogits @ weight
            dw += dlogits.T @ x[rows]
        ctx.save_for_backward(dx, dw)
        return loss

    @staticmethod
    def backward(ctx, dloss):
        dx, dw = ctx.saved_tensors
        dx.mul_(dloss)
        dw.mul_(dloss)
        return dx, dw, None, None


def chunked_linear_cross_entropy(x, weight, target, chunk_size=4):
    return ChunkedLinearCrossEntropy.apply(x, weight, target, chunk_size)


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, width):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.mlp = nn.Linear(width, width)
        self.head = nn.Parameter(torch.randn(vocabulary, width) / width**0.5)

    def forward(self, tokens, target):
        return chunked_linear_cross_entropy(torch.tanh(self.mlp(self.embedding(tokens))), self.head, target)


if __name__ == "__main__":
    torch.manual_seed(0)
    tokens = torch.randint(11, (40,))
    model = LanguageModel(11, 8)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(20):
        loss = model(tokens[:-1], tokens[1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
