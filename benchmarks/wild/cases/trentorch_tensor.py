import numpy as np


class Tensor:
    """An array that remembers how it came about."""

    def __init__(self, data, requires_grad=False):
        self.data = np.asarray(data, dtype=float)
        self.requires_grad = requires_grad
        self.grad = None
        self._grad_fn = None

    @staticmethod
    def _result(data, grad_fn, *inputs):
        out = Tensor(data, any(t.requires_grad for t in inputs))
        if out.requires_grad:
            out._grad_fn = grad_fn
        return out

    def __add__(self, other):
        def grad_fn(g):
            return [(self, g), (other, g)]

        return Tensor._result(self.data + other.data, grad_fn, self, other)

    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)

        def grad_fn(g):
            return [(self, g * other.data), (other, g * self.data)]

        return Tensor._result(self.data * other.data, grad_fn, self, other)

    def tanh(self):
        t = np.tanh(self.data)

        def grad_fn(g):
            return [(self, g * (1 - t**2))]

        return Tensor._result(t, grad_fn, self)

    def sum(self):
        def grad_fn(g):
            return [(self, g * np.ones_like(self.data))]

        return Tensor._result(self.data.sum(), grad_fn, self)

    def backward(self, gradient=None):
        gradient = np.ones_like(self.data) if gradient is None else gradient
        self.grad = gradient if self.grad is None else self.grad + gradient
        if self._grad_fn is None:
            return
        contributions = self._grad_fn(gradient)
        self._grad_fn = None  # frees the graph
        for tensor, g in contributions:
            if tensor.requires_grad:
                tensor.backward(g)


def residual_block(x, w):
    """h + tanh(h w) with h = x w"""
    h = x * w
    return h + (h * w).tanh()


if __name__ == "__main__":
    rng = np.random.default_rng(6)
    w = Tensor(rng.normal(size=4), requires_grad=True)
    x = Tensor(rng.normal(size=4))
    for _ in range(20):
        out = residual_block(x, w)
        loss = (out * out).sum()
        w.grad = None
        loss.backward()
        w.data -= 0.05 * w.grad
    print(loss.data)
