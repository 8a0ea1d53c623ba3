import torch


def group_norm_forward(X, num_channels, num_groups, W, B, eps):
    shape = X.shape
    batch_size = shape[0]
    channels_per_group = num_channels // num_groups
    X = X.reshape(batch_size, num_groups, channels_per_group, -1)
    mean = X.mean(dim=(2, 3), keepdim=True)
    rstd = torch.rsqrt(X.var(dim=(2, 3), keepdim=True, unbiased=False) + eps)
    w = W.view(1, num_groups, channels_per_group, 1)
    b = B.view(1, num_groups, channels_per_group, 1)
    Y = (X - mean) * rstd * w + b
    return Y.view(shape), X, mean, rstd


def group_norm_backward(dY, X, W, mean, rstd, num_channels, num_groups):
    shape = dY.shape
    batch_size = shape[0]
    hidden_size = dY.shape[-1]
    channels_per_group = num_channels // num_groups
    dY = dY.reshape(batch_size, num_groups, channels_per_group, -1)
    N = hidden_size * channels_per_group

    x_hat = (X - mean) * rstd
    wdy = dY * W.view(1, num_groups, channels_per_group, 1)
    c1 = (x_hat * wdy).sum(dim=(2, 3), keepdim=True) / N
    c2 = wdy.sum(dim=(2, 3), keepdim=True) / N
    dX = (wdy - (x_hat * c1 + c2)) * rstd
    dW = (dY * x_hat).sum(dim=(0, 3)).view(-1)
    dB = dY.sum(dim=(0, 3)).view(-1)
    return dX.view(shape), dW, dB


class LigerGroupNormFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, weight, bias, num_channels, num_groups, eps):
        Y, X, mean, rstd = group_norm_forward(X, num_channels, num_groups, weight, bias, eps)
        ctx.num_channels, ctx.num_groups = num_channels, num_groups
        ctx.save_for_backward(X, weight, mean, rstd)
        return Y

    @staticmethod
    def backward(ctx, dY):
        X, W, mean, rstd = ctx.saved_tensors
        dX, dW, dB = group_norm_backward(dY, X, W, mean, rstd, ctx.num_channels, ctx.num_groups)
        return dX, dW, dB, None, None, None


class LigerGroupNorm(torch.nn.Module):
    def __init__(self, num_channels, num_groups, eps=1e-6):
        super().__init__()
        self.num_channels, self.num_groups, self.eps = num_channels, num_groups, eps
        self.weight = torch.nn.Parameter(torch.ones(num_channels))
        self.bias = torch.nn.Parameter(torch.zeros(num_channels))

    def forward(self, hidden_states):
        assert hidden_states.dim() >= 3
        return LigerGroupNormFunction.apply(
            hidden_states, self.weight, self.bias, self.num_channels, self.num_groups, self.eps
        )
