"""BatchNorm1d by steps in a function of its own, and as a module with running statistics."""

import torch


class BatchNormFn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, gamma, beta, eps):
        mu = x.mean(0)
        xmu = x - mu
        var = (xmu**2).mean(0)
        sqrtvar = torch.sqrt(var + eps)
        ivar = 1.0 / sqrtvar
        xhat = xmu * ivar
        ctx.save_for_backward(xmu, ivar, sqrtvar, xhat, gamma)
        return gamma * xhat + beta

    @staticmethod
    def backward(ctx, dout):
        xmu, ivar, sqrtvar, xhat, gamma = ctx.saved_tensors
        N = dout.size(0)
        # step 9 and 8
        dbeta = dout.sum(0)
        dgamma = (dout * xhat).sum(0)
        dxhat = dout * gamma
        # step 7 and 6
        divar = (dxhat * xmu).sum(0)
        dxmu1 = dxhat * ivar
        dsqrtvar = -1.0 / (sqrtvar**2) * divar
        # step 5 to 3
        dvar = 0.5 * ivar * dsqrtvar
        dsq = torch.ones_like(dout) / N * dvar
        dxmu2 = 2 * xmu * dsq
        # step 2 to 0
        dx1 = dxmu1 + dxmu2
        dmu = -(dxmu1 + dxmu2).sum(0)
        dx2 = torch.ones_like(dout) / N * dmu
        return dx1 + dx2, dgamma, dbeta, None


class BatchNorm1d(torch.nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(num_features))
        self.bias = torch.nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.eps, self.momentum = eps, momentum

    def forward(self, x):
        if not self.training:
            xhat = (x - self.running_mean) / torch.sqrt(self.running_var + self.eps)
            return self.weight * xhat + self.bias
        with torch.no_grad():
            self.running_mean.lerp_(x.mean(0).to(self.running_mean.dtype), self.momentum)
            self.running_var.lerp_(x.var(0).to(self.running_var.dtype), self.momentum)
        return BatchNormFn.apply(x, self.weight, self.bias, self.eps)
