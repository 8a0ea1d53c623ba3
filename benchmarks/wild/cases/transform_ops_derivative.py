"""Elementwise operations that know their derivative, as operations of their own."""

import numpy as np


class BaseTransformOp:
    def __init__(self, x):
        self.x = x

    def op(self, x):
        raise NotImplementedError

    def derivative(self):
        return Ones(self.x)

    def exec(self):
        return self.op(self.x)


class Ones(BaseTransformOp):
    def op(self, x):
        return np.ones_like(x)


class Identity(BaseTransformOp):
    def op(self, x):
        return x


class Exp(BaseTransformOp):
    def op(self, x):
        return np.exp(x)

    def derivative(self):
        return Exp(self.x)


class SigmoidDerivative(BaseTransformOp):
    def op(self, x):
        s = 1 / (1 + np.exp(-x))
        return s * (1 - s)


class Sigmoid(BaseTransformOp):
    def op(self, x):
        return 1 / (1 + np.exp(-x))

    def derivative(self):
        return SigmoidDerivative(self.x)


class RectifiedLinear(BaseTransformOp):
    def __init__(self, x, cutoff=0.0):
        super().__init__(x)
        self.cutoff = cutoff

    def op(self, x):
        return np.where(x < self.cutoff, self.cutoff, x)


OPS = {"identity": Identity, "exp": Exp, "sigmoid": Sigmoid, "relu": RectifiedLinear}


def create_transform(name, x):
    return OPS[name](x)


if __name__ == "__main__":
    vector = np.array([1.3, 0.0, -2.0, 100.0])
    print(create_transform("relu", vector).exec())
    print(create_transform("relu", vector).derivative().exec())
