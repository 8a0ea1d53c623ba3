import torch
from torch import nn


class LogSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, tensor, dim):
        exp = torch.exp(tensor)
        tmp = exp.sum(dim=dim, keepdim=True)
        softmax = exp / tmp
        ctx.save_for_backward(softmax)
        ctx.dim = dim
        return torch.log(softmax)

    @staticmethod
    def backward(ctx, grad):
        (softmax,) = ctx.saved_tensors
        return grad - softmax * grad.sum(dim=ctx.dim, keepdim=True), None


def log_softmax(tensor, dim):
    return LogSoftmax.apply(tensor, dim)


class CrossEntropyLoss(nn.Module):
    def forward(self, logits, targets):
        log_probabilities = log_softmax(logits, 1)
        return -log_probabilities.gather(1, targets[:, None]).mean()


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(6, 16)
        self.output = nn.Linear(16, 3)

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x)))


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(60, 6)
    targets = x[:, :3].argmax(dim=1)
    model, criterion = Model(), CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    for _ in range(50):
        loss = criterion(model(x), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
