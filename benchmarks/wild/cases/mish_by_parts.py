import numpy as np


class TanhFunction:
    @staticmethod
    def fn(x):
        return np.tanh(x)

    @staticmethod
    def deriv(y):
        """The derivative where y = tanh(x) is given."""
        return 1 - y**2


class SoftplusFunction:
    @staticmethod
    def fn(x):
        return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


class LogisticFunction:
    @staticmethod
    def fn(x):
        return 1 / (1 + np.exp(-x))


class MishFunction:
    """f(x) = x tanh(ln(1 + e^x)), by Diganta Misra."""

    @staticmethod
    def fn(x):
        return x * TanhFunction.fn(SoftplusFunction.fn(x))

    @staticmethod
    def deriv(x):
        """f'(x) = tanh(s) + x tanh'(s) sigmoid(x), where s = ln(1 + e^x)"""
        t = TanhFunction.fn(SoftplusFunction.fn(x))
        return t + x * (1 - np.tanh(t) ** 2) * LogisticFunction.fn(x)


class BaseLayer:
    def __init__(self, function):
        self.function = function

    def forward(self, input):
        self.input = input
        return self.function.fn(input)

    def backward(self, gy):
        return gy * self.function.deriv(self.input)


if __name__ == "__main__":
    layer = BaseLayer(MishFunction)
    print(layer.forward(np.linspace(-3, 3, 7)), layer.backward(np.ones(7)))
