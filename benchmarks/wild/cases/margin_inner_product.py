import torch
from torch import nn
from torch.nn import functional as F


class MarginInnerProduct(torch.autograd.Function):
    """The inner products with weights of length 1, with margin 1: |x| cos(theta)."""

    @staticmethod
    def forward(ctx, x, weight):
        norm_weight = weight / weight.norm(dim=1, keepdim=True)
        ctx.save_for_backward(x, norm_weight)
        return x @ norm_weight.t()

    @staticmethod
    def backward(ctx, top_diff):
        x, norm_weight = ctx.saved_tensors
        bottom_diff = weight_diff = None
        if ctx.needs_input_grad[0]:
            bottom_diff = top_diff @ norm_weight
        if ctx.needs_input_grad[1]:
            weight_diff = top_diff.t() @ x
        return bottom_diff, weight_diff


class MarginInnerProductLayer(nn.Module):
    def __init__(self, in_features, num_output):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(num_output, in_features))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, x):
        return MarginInnerProduct.apply(x, self.weight)


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(90, 5)
    label = x[:, :3].argmax(dim=1)
    net = nn.Sequential(nn.Linear(5, 4), nn.PReLU(), MarginInnerProductLayer(4, 3))
    solver = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    for _ in range(50):
        solver.zero_grad()
        loss = F.cross_entropy(net(x), label)
        loss.backward()
        solver.step()
    print(loss.item())
