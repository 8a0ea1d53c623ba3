import torch
from torch import nn
from torch.autograd import Function


class MultiMargin(Function):
    @staticmethod
    def forward(ctx, input, target, p, size_average):
        nframe, dim = input.shape
        picked = input.gather(1, target.view(-1, 1))
        z = 1 - picked + input
        z = z.scatter(1, target.view(-1, 1), 0).clamp(min=0)
        ctx.save_for_backward(z, target)
        ctx.p, ctx.size_average = p, size_average
        total = (z if p == 1 else z * z).sum()
        if size_average:
            total = total / dim
        return total

    @staticmethod
    def backward(ctx, grad_output):
        z, target = ctx.saved_tensors
        nframe, dim = z.shape
        g = 1.0 / dim if ctx.size_average else 1.0
        grad_input = (g * (z > 0).to(z.dtype)) if ctx.p == 1 else 2 * g * z
        grad_target = -grad_input.sum(1, keepdim=True)
        grad_input = grad_input.scatter(1, target.view(-1, 1), grad_target)
        return grad_input * grad_output, None, None, None


class MultiMarginCriterion(nn.Module):
    """Multi-class hinge loss; averaged unless size_average is False."""

    def __init__(self, p=1, size_average=True):
        super().__init__()
        assert p in (1, 2), "only p == 1 and p == 2 supported"
        self.p, self.size_average = p, size_average

    def forward(self, input, target):
        return MultiMargin.apply(input, target, self.p, self.size_average)


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(50, 5)
    y = (x[:, 0] > 0).long() + (x[:, 1] > 0.5).long()
    model, criterion = nn.Linear(5, 3), MultiMarginCriterion()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for epoch in range(40):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    print(loss.item(), (model(x).argmax(1) == y).float().mean().item())
