"""The activation functions of a framework: what goes in is b (before), what comes out is a (after)."""

import numpy as np


class ActivationLinear:
    HasDerivative = True

    def ActivationFunction(self, b):
        return b

    def DerivativeFunction(self, b, a):
        return np.ones_like(b)


class ActivationSigmoid:
    HasDerivative = True

    def ActivationFunction(self, b):
        return 1.0 / (1.0 + np.exp(-1 * b))

    def DerivativeFunction(self, b, a):
        return a * (1.0 - a)


class ActivationTANH:
    HasDerivative = True

    def ActivationFunction(self, b):
        return np.tanh(b)

    def DerivativeFunction(self, b, a):
        return 1.0 - a * a


class ActivationReLU:
    """The ramp: zero below the threshold."""

    HasDerivative = True

    def __init__(self, low=0.0):
        self.low = low

    def ActivationFunction(self, b):
        return np.where(b <= self.low, self.low, b)

    def DerivativeFunction(self, b, a):
        return a * (1.0 - a)


class FlatLayer:
    def __init__(self, count_in, count_out, activation):
        self.W = np.random.normal(size=(count_in, count_out)) / count_in
        self.activation = activation

    def Compute(self, x):
        self.x = x
        self.b = x @ self.W
        self.a = self.activation.ActivationFunction(self.b)
        return self.a

    def Gradient(self, d):
        d = d * self.activation.DerivativeFunction(self.b, self.a)
        self.dW = self.x.T @ d
        return d @ self.W.T
