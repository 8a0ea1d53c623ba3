import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


def _sum_ft(tensor):
    """sum over the first and last dimension"""
    return tensor.sum(dim=0).sum(dim=-1)


def _unsqueeze_ft(tensor):
    """add new dimensions at the front and the tail"""
    return tensor.unsqueeze(0).unsqueeze(-1)


class _SynchronizedBatchNorm(_BatchNorm):
    """Statistics are those of all devices together: the inputs come as a list, one of each device."""

    def _check_input_dim(self, input):
        pass

    def forward(self, inputs):
        shapes = [input.size() for input in inputs]
        inputs = [input.view(input.size(0), self.num_features, -1) for input in inputs]

        # each device reduces its own input, the master adds
        sum_size = sum(input.size(0) * input.size(2) for input in inputs)
        input_sum = sum(_sum_ft(input) for input in inputs)
        input_ssum = sum(_sum_ft(input**2) for input in inputs)
        mean, inv_std = self._compute_mean_std(input_sum, input_ssum, sum_size)

        outputs = []
        for input, shape in zip(inputs, shapes):
            output = (input - _unsqueeze_ft(mean)) * _unsqueeze_ft(inv_std * self.weight) + _unsqueeze_ft(
                self.bias
            )
            outputs.append(output.view(shape))
        return outputs

    def _compute_mean_std(self, sum_, ssum, size):
        mean = sum_ / size
        sumvar = ssum - sum_ * mean
        unbias_var = sumvar / (size - 1)
        bias_var = sumvar / size
        self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean.detach()
        self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbias_var.detach()
        return mean, (bias_var + self.eps) ** -0.5


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(8, 3, 4, 5) * 2 + 1
    sync, single = _SynchronizedBatchNorm(3), nn.BatchNorm2d(3)
    a = torch.cat(sync([x[:2], x[2:5], x[5:]]))
    b = single(x)
    print((a - b).abs().max().item(), (sync.running_var - single.running_var).abs().max().item())
