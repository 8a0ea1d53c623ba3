"""Operations that come with their gradients: each returns its value and a function of dy."""

import numpy as np


def reduce_to(value, shape):
    """Sums over the axes along which an input of this shape was broadcast."""
    while value.ndim > len(shape):
        value = value.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and value.shape[axis] != 1:
            value = value.sum(axis=axis, keepdims=True)
    return value


def relu(x):
    def grad(dy):
        return {"x": lambda: dy * (x > 0)}

    return np.maximum(x, 0), grad


def elu(x):
    y = np.where(x > 0, x, np.expm1(np.minimum(x, 0)))

    def grad(dy):
        return {"x": lambda: np.where(x > 0, dy, dy * (y + 1))}

    return y, grad


def prelu(x, alpha):
    """alpha has the shape of x without the batch, or one that is broadcast."""
    y = np.where(x > 0, x, x * alpha)

    def grad(dy):
        return {
            "x": lambda: np.where(x > 0, dy, dy * alpha),
            "alpha": lambda: reduce_to(np.where(x > 0, dy, dy * x), alpha.shape),
        }

    return y, grad


def grads_of(f):
    """For f of arrays a function that returns all gradients for dy = 1."""

    def wrapper(*args):
        y, grad = f(*args)
        return [part() for part in grad(np.ones_like(y)).values()]

    return wrapper


if __name__ == "__main__":
    x = np.array([[0.5, 3, -0.1, -4]])
    alpha = np.array([0.15, 0.3, 0.25, 0.2])
    print(grads_of(prelu)(x, alpha))
