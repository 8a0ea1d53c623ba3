import torch
from torch import nn


class Mul:
    """Multiplies its input by a single number that is learned."""

    def __init__(self):
        self.weight = torch.empty(1)
        self.gradWeight = torch.empty(1)
        self.reset()

    def reset(self, stdv=1.0):
        self.weight.uniform_(-stdv, stdv)

    def updateOutput(self, input):
        self.output = input * self.weight[0]
        return self.output

    def updateGradInput(self, input, gradOutput):
        self.gradInput = torch.zeros_like(input)
        self.gradInput.add_(self.weight[0] * gradOutput)
        return self.gradInput

    def accGradParameters(self, input, gradOutput, scale=1):
        self.gradWeight[0] = self.gradWeight[0] + scale * torch.dot(input.reshape(-1), gradOutput.reshape(-1))

    def zeroGradParameters(self):
        self.gradWeight = torch.zeros_like(self.weight)

    def forward(self, input):
        return self.updateOutput(input)

    def backward(self, input, gradOutput):
        self.updateGradInput(input, gradOutput)
        self.accGradParameters(input, gradOutput)
        return self.gradInput

    def updateParameters(self, learningRate):
        self.weight = self.weight - learningRate * self.gradWeight


class MSECriterion:
    def forward(self, input, target):
        return ((input - target) ** 2).mean()

    def backward(self, input, target):
        return 2 * (input - target) / input.numel()


if __name__ == "__main__":
    torch.manual_seed(0)
    mlp, criterion = Mul(), MSECriterion()
    for _ in range(50):
        input = torch.rand(5)
        target = input * torch.pi
        prediction = mlp.forward(input)
        mlp.zeroGradParameters()
        mlp.backward(input, criterion.backward(prediction, target))
        mlp.updateParameters(0.3)
    print(mlp.weight)
