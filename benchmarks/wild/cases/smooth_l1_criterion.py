import torch


class SmoothL1Criterion(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, target, beta, size_average):
        ctx.save_for_backward(input, target)
        ctx.beta, ctx.size_average = beta, size_average
        z = (input - target).abs()
        output = torch.where(z < beta, 0.5 * z * z, z - 0.5).sum()
        if size_average:
            output = output / input.numel()
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, target = ctx.saved_tensors
        norm = 1.0 / input.numel() if ctx.size_average else 1.0
        x = input - target
        one = torch.ones_like(x)
        grad_input = norm * torch.where(x <= -ctx.beta, -one, torch.where(x >= ctx.beta, one, x))
        return grad_output * grad_input, None, None, None


class SmoothL1Loss(torch.nn.Module):
    """Squared below beta, absolute above."""

    def __init__(self, beta=1.0, size_average=True):
        super().__init__()
        self.beta = beta
        self.size_average = size_average

    def forward(self, input, target):
        return SmoothL1Criterion.apply(input, target, self.beta, self.size_average)


if __name__ == "__main__":
    torch.manual_seed(0)
    boxes, deltas = torch.randn(12, 6), torch.randn(12, 4)
    head = torch.nn.Linear(6, 4)
    criterion = SmoothL1Loss(beta=1.0 / 9)
    optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
    for step in range(20):
        optimizer.zero_grad()
        loss = criterion(head(boxes), deltas)
        loss.backward()
        optimizer.step()
    print(loss.item())
