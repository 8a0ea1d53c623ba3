import torch
from torch import nn


def _rms_norm_forward(X, W, eps):
    r = torch.rsqrt(X.pow(2).mean(dim=-1, keepdim=True) + eps)
    return X * r * W, r


def _rms_norm_backward(dY, X, W, r):
    """
    dx = (1 / RMS) * [dy * w - (1 / N) * (1 / RMS^2) * ((dy * w) dot x) * x]
    dw = dy * (x / RMS)
    """
    n_cols = X.shape[-1]
    dX, dW = torch.empty_like(X), torch.empty_like(X)
    for row in range(len(X)):
        m = dY[row] * W
        dX[row] = r[row] * (m - (1 / n_cols) * r[row] ** 2 * torch.dot(m, X[row]) * X[row])
        dW[row] = dY[row] * X[row] * r[row]
    return dX, dW


class LigerRMSNormFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, X, W, eps):
        shape = X.shape
        X = X.reshape(-1, shape[-1])
        Y, r = _rms_norm_forward(X, W, eps)
        ctx.save_for_backward(X, W, r)
        return Y.view(shape)

    @staticmethod
    def backward(ctx, dY):
        X, W, r = ctx.saved_tensors
        shape = dY.shape
        dX, dW = _rms_norm_backward(dY.reshape(-1, shape[-1]), X, W, r)
        return dX.view(shape), torch.sum(dW, dim=0), None


class LigerRMSNorm(nn.Module):
    def __init__(self, hidden_size, eps=1e-6):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(hidden_size))
        self.variance_epsilon = eps

    def forward(self, hidden_states):
        return LigerRMSNormFunction.apply(hidden_states, self.weight, self.variance_epsilon)


if __name__ == "__main__":
    torch.manual_seed(0)
    norm = LigerRMSNorm(8)
    norm(torch.randn(2, 3, 8)).pow(3).sum().backward()
    print(norm.weight.grad)
