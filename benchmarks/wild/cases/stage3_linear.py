import torch


class LinearFunctionForZeroStage3(torch.autograd.Function):
    """F.linear that keeps its parameters out of the graph, so that they can be gathered again."""

    @staticmethod
    def forward(ctx, input, weight, bias=None):
        ctx.save_for_backward(input, weight, bias)
        output = input.matmul(weight.t())
        if bias is not None:
            output = output + bias
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None

        dim = grad_output.dim()
        if ctx.needs_input_grad[0]:
            grad_input = grad_output.matmul(weight)
        if ctx.needs_input_grad[1]:
            if dim > 2:
                rows = grad_output.reshape(-1, grad_output.shape[-1])
                grad_weight = rows.t().matmul(input.reshape(-1, input.shape[-1]))
            else:
                grad_weight = grad_output.t().matmul(input)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_input, grad_weight, grad_bias


class LinearModuleForZeroStage3(torch.nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(out_features, in_features))
        self.bias = torch.nn.Parameter(torch.zeros(out_features)) if bias else None
        torch.nn.init.kaiming_uniform_(self.weight, a=5**0.5)

    def forward(self, input):
        return LinearFunctionForZeroStage3.apply(input, self.weight, self.bias)


if __name__ == "__main__":
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        LinearModuleForZeroStage3(6, 8), torch.nn.ReLU(), LinearModuleForZeroStage3(8, 6)
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    x = torch.randn(4, 5, 6)
    for _ in range(10):
        optimizer.zero_grad()
        loss = (net(x) - x).pow(2).mean()
        loss.backward()
        optimizer.step()
    print(loss.item())
