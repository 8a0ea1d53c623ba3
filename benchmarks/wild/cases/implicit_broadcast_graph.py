import numpy as np


class Tensor:
    """A value, the step it came from and, after backward(), its gradient."""

    def __init__(self, value, parents=(), step=None):
        self.value = np.asarray(value, dtype=float)
        self.parents = parents
        self.step = step
        self.grad = None

    def __add__(self, other):
        return Tensor(self.value + other.value, (self, other), Add())

    def __sub__(self, other):
        return Tensor(self.value - other.value, (self, other), Sub())

    def matmul(self, other):
        return Tensor(self.value @ other.value, (self, other), Matmul(self.value, other.value))

    def powf(self, exponent):
        return Tensor(self.value**exponent, (self,), Powf(self.value, exponent))

    def sum(self):
        return Tensor(self.value.sum(), (self,), Sum(self.value.shape))

    def backward(self):
        order, seen = [], set()

        def visit(tensor):
            if id(tensor) not in seen:
                seen.add(id(tensor))
                for parent in tensor.parents:
                    visit(parent)
                order.append(tensor)

        visit(self)
        self.grad = np.ones_like(self.value)
        for tensor in reversed(order):
            if tensor.step is None:
                continue
            for parent, grad in zip(tensor.parents, tensor.step.backward(tensor.grad)):
                parent.grad = grad if parent.grad is None else parent.grad + grad


class Add:
    def backward(self, grad):
        return grad, grad


class Sub:
    def backward(self, grad):
        return grad, -grad


class Matmul:
    def __init__(self, lhs, rhs):
        self.lhs, self.rhs = lhs, rhs

    def backward(self, grad):
        return grad @ self.rhs.T, self.lhs.T @ grad


class Powf:
    def __init__(self, value, exponent):
        self.value, self.exponent = value, exponent

    def backward(self, grad):
        return (grad * self.exponent * self.value ** (self.exponent - 1),)


class Sum:
    def __init__(self, shape):
        self.shape = shape

    def backward(self, grad):
        return (np.full(self.shape, grad),)


def linear_loss(x, weights, bias, label):
    y = x.matmul(weights) + bias
    return (y - label).powf(2.0).sum()


if __name__ == "__main__":
    x, label = Tensor(np.random.rand(4, 3)), Tensor(np.random.rand(4, 2))
    weights, bias = Tensor(np.random.rand(3, 2)), Tensor(np.random.rand(1, 2))
    loss = linear_loss(x, weights, bias, label)
    loss.backward()
    print(loss.value, weights.grad, bias.grad)
