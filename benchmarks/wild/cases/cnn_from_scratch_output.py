import torch
from torch import nn


def softmax(y_linear):
    exp = torch.exp(y_linear - torch.max(y_linear))
    partition = torch.sum(exp, dim=1, keepdim=True)
    return exp / partition


def cross_entropy(yhat, y):
    return -torch.sum(y * torch.log(yhat), dim=1)


class SoftmaxCrossEntropy(nn.Module):
    """Scores (batch, classes) and one-hot labels of the same shape."""

    def forward(self, y_linear, label_one_hot):
        yhat = softmax(y_linear)
        return torch.mean(cross_entropy(yhat, label_one_hot))


if __name__ == "__main__":
    torch.manual_seed(1)
    W = torch.randn(128, 10, requires_grad=True)
    data, label = torch.randn(64, 128), torch.eye(10)[torch.randint(10, (64,))]
    loss = SoftmaxCrossEntropy()(data @ W, label)
    loss.backward()
    print(loss.item(), W.grad.abs().mean())
