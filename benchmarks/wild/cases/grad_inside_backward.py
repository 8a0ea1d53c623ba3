import torch


class WeightedSum(torch.autograd.Function):
    """sum(x * w), differentiated by autograd itself."""

    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(w, x)
        return torch.sum(x * w)

    @staticmethod
    def backward(ctx, grad_output):
        w, x = ctx.saved_tensors
        x = x.detach().requires_grad_()
        w = w.detach().requires_grad_()
        out = torch.sum(x * w)
        out.requires_grad = True
        dfdx, dfdw = torch.autograd.grad(out, (x, w), grad_outputs=grad_output, allow_unused=True)
        return dfdx, dfdw


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.rand(2, 3))

    def forward(self, x):
        return WeightedSum.apply(x, self.w)


if __name__ == "__main__":
    net = Net()
    data = torch.rand(2, 3, requires_grad=True)
    loss = net(data) - 5
    loss.backward()
    print(data.grad, net.w.grad)
