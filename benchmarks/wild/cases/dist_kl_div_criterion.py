import torch
from torch import nn
from torch.autograd import Function


class DistKLDiv(Function):
    @staticmethod
    def forward(ctx, input, target, size_average):
        assert input.numel() == target.numel(), "input and target need to have the same number of elements"
        ctx.save_for_backward(input, target)
        ctx.size_average = size_average
        terms = torch.where(
            target > 0, target * (target.clamp_min(1e-300).log() - input), torch.zeros_like(input)
        )
        total = terms.sum()
        return total / input.numel() if size_average else total

    @staticmethod
    def backward(ctx, grad_output):
        input, target = ctx.saved_tensors
        size = input.numel()
        norm = 2.0 / size if ctx.size_average else 2.0
        grad_input = torch.where(target > 0, -norm * target, torch.zeros_like(input))
        return grad_input * grad_output, None, None


class DistKLDivCriterion(nn.Module):
    """Divergence of a target distribution from log probabilities."""

    def __init__(self, size_average=True):
        super().__init__()
        self.size_average = size_average

    def forward(self, input, target):
        return DistKLDiv.apply(input, target, self.size_average)


if __name__ == "__main__":
    torch.manual_seed(0)
    x, target = torch.randn(40, 6), torch.softmax(2 * torch.randn(40, 4), dim=1)
    model = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 4), nn.LogSoftmax(dim=1))
    criterion = DistKLDivCriterion()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for epoch in range(50):
        optimizer.zero_grad()
        loss = criterion(model(x), target)
        loss.backward()
        optimizer.step()
    print(loss.item())
