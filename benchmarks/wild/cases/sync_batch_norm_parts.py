import torch
from torch.autograd import Function


class SyncBatchNormFunction(Function):
    """Batch norm over the inputs of several workers; here they are a list of tensors in one process."""

    @staticmethod
    def forward(ctx, weight, bias, eps, *inputs):
        count_all = torch.tensor([float(x.size(0)) for x in inputs], dtype=weight.dtype)
        mean_all = torch.stack([x.mean(0) for x in inputs])
        var_all = torch.stack([x.var(0, unbiased=False) for x in inputs])

        # statistics over all workers, each with its own batch size
        share = (count_all / count_all.sum()).unsqueeze(1)
        mean = (share * mean_all).sum(0)
        var = (share * (var_all + (mean_all - mean) ** 2)).sum(0)
        invstd = torch.rsqrt(var + eps)

        ctx.save_for_backward(weight, mean, invstd, *inputs)
        return tuple((x - mean) * invstd * weight + bias for x in inputs)

    @staticmethod
    def backward(ctx, *grad_outputs):
        weight, mean, invstd, *inputs = ctx.saved_tensors
        world_size = len(inputs)

        # on each worker
        mean_dy = [dy.mean(0) for dy in grad_outputs]
        mean_dy_xmu = [(dy * (x - mean)).mean(0) for dy, x in zip(grad_outputs, inputs)]
        grad_weight = sum((dy * (x - mean)).sum(0) * invstd for dy, x in zip(grad_outputs, inputs))
        grad_bias = sum(dy.sum(0) for dy in grad_outputs)

        # all_reduce
        mean_dy = sum(mean_dy) / world_size
        mean_dy_xmu = sum(mean_dy_xmu) / world_size

        grad_inputs = []
        for dy, x in zip(grad_outputs, inputs):
            grad_inputs.append((dy - mean_dy - (x - mean) * invstd**2 * mean_dy_xmu) * invstd * weight)
        return (grad_weight, grad_bias, None, *grad_inputs)


class SyncBatchNorm(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))

    def forward(self, *inputs):
        return SyncBatchNormFunction.apply(self.weight, self.bias, self.eps, *inputs)


if __name__ == "__main__":
    torch.manual_seed(0)
    bn, linear = SyncBatchNorm(6), torch.nn.Linear(6, 2)
    optimizer = torch.optim.SGD([*bn.parameters(), *linear.parameters()], lr=0.1)
    parts = [torch.randn(size, 6) for size in (8, 8, 3)]
    for step in range(20):
        optimizer.zero_grad()
        outputs = bn(*parts)
        loss = sum((linear(y) - x[:, :2]).pow(2).sum() for x, y in zip(parts, outputs)) / 19
        loss.backward()
        optimizer.step()
    print(loss.item())
