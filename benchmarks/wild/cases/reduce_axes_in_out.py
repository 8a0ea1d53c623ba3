"""Reductions over axes; the gradient of max and min is found from input and output."""

import numpy as np


def _restore_axes(array, shape, axis):
    axes = range(len(shape)) if axis is None else (axis if isinstance(axis, tuple) else (axis,))
    return array.reshape([1 if i in axes else size for i, size in enumerate(shape)])


def sum_forward(data, axis=None):
    return np.sum(data, axis=axis)


def sum_backward(ograd, data, out, axis=None):
    return np.broadcast_to(_restore_axes(ograd, data.shape, axis), data.shape).copy()


def max_forward(data, axis=None):
    return np.max(data, axis=axis)


def max_backward(ograd, data, out, axis=None):
    return (data == _restore_axes(out, data.shape, axis)) * _restore_axes(ograd, data.shape, axis)


def min_forward(data, axis=None):
    return np.min(data, axis=axis)


def min_backward(ograd, data, out, axis=None):
    return (data == _restore_axes(out, data.shape, axis)) * _restore_axes(ograd, data.shape, axis)


class NDArray:
    """An array that remembers the reduction it came from."""

    def __init__(self, data, parent=None, backward=None, axis=None):
        self.data, self.parent, self._backward, self.axis = np.asarray(data, float), parent, backward, axis
        self.grad = None

    def reduce(self, forward, backward, axis):
        return NDArray(forward(self.data, axis), self, backward, axis)

    def sum(self, axis=None):
        return self.reduce(sum_forward, sum_backward, axis)

    def max(self, axis=None):
        return self.reduce(max_forward, max_backward, axis)

    def min(self, axis=None):
        return self.reduce(min_forward, min_backward, axis)

    def backward(self, ograd=None):
        self.grad = np.ones_like(self.data) if ograd is None else ograd
        if self.parent is not None:
            self.parent.backward(self._backward(self.grad, self.parent.data, self.data, self.axis))


if __name__ == "__main__":
    x1 = NDArray(np.ones((4, 3)))
    x1.max(axis=0).backward()
    print(x1.grad)
