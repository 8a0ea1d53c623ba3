"""The backward half of an autograd for arrays: one class an operation."""

import numpy as np


def reduce_broadcast_grad(grad, shape):
    """Sums over what broadcasting repeated."""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class Div:
    def forward(self, a, b):
        self.saved = a, b
        return a / b

    def backward(self, grad_output):
        a, b = self.saved
        grad_a = grad_output / b
        grad_b = -grad_output * a / (b * b)
        return reduce_broadcast_grad(grad_a, a.shape), reduce_broadcast_grad(grad_b, b.shape)


class Sub:
    def forward(self, a, b):
        self.saved = a, b
        return a - b

    def backward(self, grad_output):
        a, b = self.saved
        return reduce_broadcast_grad(grad_output, a.shape), reduce_broadcast_grad(-grad_output, b.shape)
