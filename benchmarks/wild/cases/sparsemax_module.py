import torch
from torch import nn


class Sparsemax(nn.Module):
    """Euclidean projection of the scores onto the simplex, along dim."""

    def __init__(self, dim=-1):
        super().__init__()
        self.dim = dim

    def forward(self, input):
        input = input.transpose(0, self.dim)
        original_size = input.size()
        input = input.reshape(input.size(0), -1).transpose(0, 1)
        dim = 1
        number_of_logits = input.size(dim)

        # for numerical stability
        input = input - torch.max(input, dim=dim, keepdim=True)[0].expand_as(input)
        zs = torch.sort(input=input, dim=dim, descending=True)[0]
        steps = torch.arange(1, number_of_logits + 1, dtype=input.dtype).view(1, -1).expand_as(zs)

        bound = 1 + steps * zs
        cumulative_sum_zs = torch.cumsum(zs, dim)
        is_gt = torch.gt(bound, cumulative_sum_zs).type(input.type())
        k = torch.max(is_gt * steps, dim, keepdim=True)[0]
        taus = (torch.sum(is_gt * zs, dim, keepdim=True) - 1) / k
        self.output = torch.max(torch.zeros_like(input), input - taus.expand_as(input))

        output = self.output.transpose(0, 1).reshape(original_size)
        return output.transpose(0, self.dim)

    def backward(self, grad_output):
        """Of what forward has last put out, as rows."""
        dim = 1
        nonzeros = torch.ne(self.output, 0).type(grad_output.type())
        total = torch.sum(grad_output * nonzeros, dim=dim) / torch.sum(nonzeros, dim=dim)
        self.grad_input = nonzeros * (grad_output - total.unsqueeze(dim).expand_as(grad_output))
        return self.grad_input


if __name__ == "__main__":
    torch.manual_seed(0)
    sparsemax, softmax = Sparsemax(dim=1), nn.Softmax(dim=1)
    logits = torch.randn(2, 5, requires_grad=True)
    print(softmax(logits))
    probs = sparsemax(logits)
    print(probs)
    probs.pow(2).sum().backward()
    print(logits.grad)
