"""Modules that return their Jacobian along with their value, if asked to."""

import torch
from torch import nn


class Linear(nn.Linear):
    def forward(self, x, jacobian=False):
        val = super().forward(x)
        if jacobian:
            return val, self.weight
        return val

    def _jac_mul(self, x, val, J):
        return self.weight @ J


class ActivationJacobian:
    """An activation has a diagonal Jacobian: the diagonal is what _jacobian returns."""

    def _jac_mul(self, x, val, J):
        return self._jacobian(x, val).unsqueeze(-1) * J

    def _with_jacobian(self, x, val, jacobian):
        return (val, self._jacobian(x, val)) if jacobian else val


class Sigmoid(ActivationJacobian, nn.Sigmoid):
    def forward(self, x, jacobian=False):
        return self._with_jacobian(x, super().forward(x), jacobian)

    def _jacobian(self, x, val):
        return val * (1.0 - val)


class Tanh(ActivationJacobian, nn.Tanh):
    def forward(self, x, jacobian=False):
        return self._with_jacobian(x, super().forward(x), jacobian)

    def _jacobian(self, x, val):
        return 1.0 - val**2


class LeakyReLU(ActivationJacobian, nn.LeakyReLU):
    def __init__(self, negative_slope=0.1):
        super().__init__(negative_slope)

    def forward(self, x, jacobian=False):
        return self._with_jacobian(x, super().forward(x), jacobian)

    def _jacobian(self, x, val):
        return (val > 0.0).type(val.dtype)


class Sequential(nn.Sequential):
    def forward(self, x, jacobian=False):
        """The value; with jacobian also the matrix of derivatives for each row of x."""
        J = torch.eye(x.shape[-1], dtype=x.dtype).expand(len(x), -1, -1)
        for module in self:
            val = module(x)
            if jacobian:
                J = module._jac_mul(x, val, J)
            x = val
        return (x, J) if jacobian else x


if __name__ == "__main__":
    net = Sequential(Linear(3, 4), LeakyReLU(), Linear(4, 2))
    val, J = net(torch.randn(5, 3), jacobian=True)
    print(val.shape, J.shape)
