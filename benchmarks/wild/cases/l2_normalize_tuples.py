"""Functions of a chain: tuples of arrays go in and come out."""

import numpy as np


class Function:
    def __call__(self, *inputs):
        self.inputs = inputs
        return self.forward(inputs)

    def forward(self, inputs):
        raise NotImplementedError

    def backward(self, inputs, grad_outputs):
        raise NotImplementedError


class L2Normalize(Function):
    """Divides each row by its length."""

    def __init__(self, eps=1e-8):
        self.eps = eps

    def forward(self, inputs):
        (x,) = inputs
        self._norm = np.linalg.norm(x, ord=2, axis=1) + self.eps
        z = np.divide(x, np.expand_dims(self._norm, axis=1))
        return (z,)

    def backward(self, inputs, grad_outputs):
        (x,) = inputs
        (gz,) = grad_outputs
        gx = gz / np.expand_dims(self._norm, axis=1) * x
        return (gx,)


class Linear(Function):
    def forward(self, inputs):
        x, W = inputs
        return (x.dot(W.T),)

    def backward(self, inputs, grad_outputs):
        x, W = inputs
        (gy,) = grad_outputs
        return gy.dot(W), gy.T.dot(x)


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    f, h = Linear(), L2Normalize()
    (y,) = f(rng.normal(size=(6, 4)), rng.normal(size=(3, 4)))
    (z,) = h(y)
    gy = h.backward((y,), (np.ones_like(z),))
    print(np.linalg.norm(z, axis=1), [g.shape for g in f.backward(f.inputs, gy)])
