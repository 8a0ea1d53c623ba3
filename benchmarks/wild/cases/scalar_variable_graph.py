import numpy as np


class Tensor:
    def __init__(self, value, parents=()):
        self.value = np.asarray(value, dtype=float)
        self.parents = parents  # pairs of a tensor and the function from this one's gradient to its
        self.grad = None

    def __add__(self, other):
        return Tensor(
            self.value + other.value,
            [
                (self, lambda gy: sum_to(gy, self.value.shape)),
                (other, lambda gy: sum_to(gy, other.value.shape)),
            ],
        )

    def __mul__(self, other):
        return Tensor(
            self.value * other.value,
            [(self, lambda gy: gy * other.value), (other, lambda gy: gy * self.value)],
        )

    def reduce_sum_to_scalar(self):
        return Tensor(self.value.sum(), [(self, lambda gy: np.broadcast_to(gy, self.value.shape))])


def sum_to(gy, shape):
    lead = gy.ndim - len(shape)
    kept = tuple(i + lead for i, size in enumerate(shape) if size == 1)
    return gy.sum(axis=tuple(range(lead)) + kept, keepdims=True).reshape(shape)


def topological(tensor, seen):
    if tensor not in seen:
        for parent, _ in tensor.parents:
            topological(parent, seen)
        seen.append(tensor)
    return seen


def grad(y, variables):
    order = topological(y, [])
    for tensor in order:
        tensor.grad = None
    y.grad = np.ones_like(y.value)
    for tensor in reversed(order):
        for parent, function in tensor.parents:
            g = function(tensor.grad)
            parent.grad = g if parent.grad is None else parent.grad + g
    return [v.grad for v in variables]


if __name__ == "__main__":
    c, v = Tensor(np.ones(2)), Tensor(0.0)
    y = (c * v).reduce_sum_to_scalar()
    print(grad(y, [v]))
