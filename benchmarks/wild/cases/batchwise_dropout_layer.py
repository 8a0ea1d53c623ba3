import torch
from torch import nn
from torch.autograd import Function


class BatchwiseMultiplicativeDropoutFunction(Function):
    @staticmethod
    def forward(ctx, input_features, noise, alpha):
        """The same noise for all sites of the batch; alpha is the leakiness below zero."""
        ctx.alpha = alpha
        ctx.save_for_backward(input_features, noise)
        scaled = input_features * noise
        return torch.where(input_features > 0, scaled, scaled * alpha)

    @staticmethod
    def backward(ctx, grad_output):
        input_features, noise = ctx.saved_tensors
        grad_input = grad_output * noise
        grad_input = torch.where(input_features > 0, grad_input, grad_input * ctx.alpha)


class BatchwiseDropout(nn.Module):
    def __init__(self, nPlanes, p=0.5, leaky=1):
        super().__init__()
        self.noise = torch.Tensor(nPlanes).fill_(1)
        self.p = p
        self.leakiness = leaky

    def forward(self, input):
        if self.training:
            self.noise.bernoulli_(1 - self.p)
        else:
            self.noise.fill_(1 - self.p)
        return BatchwiseMultiplicativeDropoutFunction.apply(input, self.noise, self.leakiness)

    def __repr__(self):
        return f"BatchwiseDropout({len(self.noise)}, p={self.p}, leaky={self.leakiness})"


if __name__ == "__main__":
    drop = BatchwiseDropout(4, 0.25, 0.1)
    print(drop, drop(torch.randn(3, 4)).shape)
