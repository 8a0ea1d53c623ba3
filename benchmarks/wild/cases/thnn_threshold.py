import torch
from torch.autograd import Function


class Threshold(Function):
    """x where x > threshold, and value elsewhere"""

    @staticmethod
    def forward(ctx, input, threshold, value):
        ctx.threshold = threshold
        ctx.value = value
        ctx.save_for_backward(input)
        return input.clone().masked_fill_(input <= threshold, value)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        grad_input = grad_output.masked_fill(input > ctx.threshold, 0)
        return grad_input, None, None


class ThresholdLayer(torch.nn.Module):
    def __init__(self, threshold, value):
        super().__init__()
        self.threshold, self.value = threshold, value

    def forward(self, input):
        return Threshold.apply(input, self.threshold, self.value)


if __name__ == "__main__":
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(3, 8), ThresholdLayer(0.1, 0.0), torch.nn.Linear(8, 1))
    x = torch.randn(10, 3)
    net(x).sum().backward()
    print(net[0].weight.grad)
