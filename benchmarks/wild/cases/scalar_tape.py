import math
import random


class AddBackward:
    def __init__(self, x, y):
        self.input = [x, y]

    def backward(self, gradient):
        return [gradient, gradient]


class MulBackward:
    def __init__(self, x, y):
        self.input = [x, y]

    def backward(self, gradient):
        x, y = self.input
        return [y.data * gradient, x.data * gradient]


class SinBackward:
    def __init__(self, x):
        self.input = [x]

    def backward(self, gradient):
        return [gradient * math.cos(self.input[0].data)]


class Tensor:
    def __init__(self, data, requires_grad=True):
        self.data = data
        self.requires_grad = requires_grad
        self.grad = None
        self.grad_fn = None

    def _made_by(self, grad_fn):
        self.grad_fn = grad_fn
        return self

    def __add__(self, other):
        return Tensor(self.data + other.data)._made_by(AddBackward(self, other))

    def __mul__(self, other):
        return Tensor(self.data * other.data)._made_by(MulBackward(self, other))

    def sin(self):
        return Tensor(math.sin(self.data))._made_by(SinBackward(self))

    def backward(self, gradient=1.0):
        stack = [(self, gradient)]
        visited = set()
        while stack:
            tensor, grad = stack.pop()
            tensor.grad = grad if tensor.grad is None else tensor.grad + grad
            if tensor.grad_fn is not None and tensor not in visited:
                grads = tensor.grad_fn.backward(grad)
                for each, g in zip(tensor.grad_fn.input, grads):
                    if isinstance(each, Tensor) and each.requires_grad:
                        stack.append((each, g))
                visited.add(tensor)


def block(x, w):
    """A layer with a residual connection."""
    h = (x * w).sin()
    return h * w + h


if __name__ == "__main__":
    random.seed(0)
    w1, w2 = Tensor(random.uniform(-1, 1)), Tensor(random.uniform(-1, 1))
    for step in range(20):
        out = block(block(Tensor(0.5, requires_grad=False), w1), w2)
        error = out + Tensor(-0.8, requires_grad=False)
        w1.grad = w2.grad = None
        (error * error).backward()
        w1.data -= 0.1 * w1.grad
        w2.data -= 0.1 * w2.grad
    print(error.data)
