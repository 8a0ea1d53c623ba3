"""Tensors in the manner of a C library: free functions, and nodes that hold the gradient's function."""

import numpy as np


class GradNode:
    def __init__(self, grad_fn, inputs):
        self.grad_fn = grad_fn
        self.inputs = inputs


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data) if requires_grad else None
        self.node = None


def needs_grad(tensor):
    return tensor.grad is not None or tensor.node is not None


def Tensor_make(data, grad_fn, *inputs):
    out = Tensor(data)
    if any(needs_grad(t) for t in inputs):
        out.node = GradNode(grad_fn, inputs)
        out.grad = np.zeros_like(out.data)
    return out


def GradFn_mul(self, i):
    return self.node.inputs[1 - i].data


def Tensor_mul(a, b):
    return Tensor_make(a.data * b.data, GradFn_mul, a, b)


def GradFn_sub(self, i):
    return np.ones_like(self.data) if i == 0 else -np.ones_like(self.data)


def Tensor_sub(a, b):
    return Tensor_make(a.data - b.data, GradFn_sub, a, b)


def GradFn_sum(self, i):
    return np.ones_like(self.node.inputs[i].data)


def Tensor_sum(a):
    return Tensor_make(np.array([a.data.sum()]), GradFn_sum, a)


def GradFn_mean(self, i):
    """f(x) = mean(x): each element has the same share."""
    return np.full_like(self.node.inputs[i].data, 1.0 / self.data.size)


def Tensor_mean(a):
    return Tensor_make(np.array([a.data.mean()]), GradFn_mean, a)


def Tensor_backward(self, grad=None):
    """Chain rule: multiplies the local gradient with the one from above, and goes on to the inputs."""
    if grad is None:
        grad = np.ones_like(self.data)
    self.grad = self.grad + grad
    if self.node is not None:
        for i, tensor in enumerate(self.node.inputs):
            if needs_grad(tensor):
                Tensor_backward(tensor, self.node.grad_fn(self, i) * grad)


def nn_mse(y_true, y_pred):
    diff = Tensor_sub(y_pred, y_true)
    return Tensor_mean(Tensor_mul(diff, diff))


if __name__ == "__main__":
    y_pred = Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    loss = nn_mse(Tensor(np.zeros((2, 3))), y_pred)
    Tensor_backward(loss)
    print(loss.data, y_pred.grad)
