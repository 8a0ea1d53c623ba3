import numpy as np


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.asarray(data, dtype=float)
        self.requires_grad = requires_grad
        self.grad = None
        self.parents = []

    def __repr__(self):
        return f"Tensor({self.data})"

    def link(self, parent, grad_fn):
        if parent.requires_grad:
            self.requires_grad = True
            self.parents.append((parent, grad_fn))

    def __add__(self, other):
        out = Tensor(self.data + other.data)
        out.link(self, lambda grad: unbroadcast(grad, self.data.shape))
        out.link(other, lambda grad: unbroadcast(grad, other.data.shape))
        return out

    def __mul__(self, other):
        out = Tensor(self.data * other.data)
        out.link(self, lambda grad: unbroadcast(grad * other.data, self.data.shape))
        out.link(other, lambda grad: unbroadcast(grad * self.data, other.data.shape))
        return out

    def __matmul__(self, other):
        out = Tensor(self.data @ other.data)
        out.link(self, lambda grad: grad @ other.data.T)
        out.link(other, lambda grad: self.data.T @ grad)
        return out

    def relu(self):
        out = Tensor(np.maximum(self.data, 0))
        out.link(self, lambda grad: grad * (self.data > 0))
        return out

    def backward(self, grad=None):
        grad = np.ones_like(self.data) if grad is None else grad
        self.grad = grad if self.grad is None else self.grad + grad
        for parent, grad_fn in self.parents:
            parent.backward(grad_fn(self.grad))

    def zero_grad(self):
        self.grad = None


def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


if __name__ == "__main__":
    x = Tensor([1.0], requires_grad=True)
    a = Tensor([1.0])
    xa = x * a
    x2 = x * x
    f_1 = x * xa
    f_2 = x * xa
    f_3 = x2 * a
    f = f_1 + f_3 + f_2
    f.backward()
    print(f, x.grad)
