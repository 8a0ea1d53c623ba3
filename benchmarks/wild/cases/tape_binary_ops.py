"""Binary operations on tensors of four dimensions, with a tape of what has to be done on the way back."""

import numpy as np


class AutoContext:
    def __init__(self):
        self.nodes = []

    def add_backward_node(self, run):
        self.nodes.append(run)

    def reset_graph(self):
        self.nodes.clear()


ctx = AutoContext()


class Tensor:
    def __init__(self, value):
        self.value = value
        self.grad = None

    def add_grad(self, grad):
        self.grad = grad if self.grad is None else self.grad + grad

    def backward(self, grad=None):
        self.add_grad(np.ones_like(self.value) if grad is None else grad)
        for run in reversed(ctx.nodes):
            run()
        ctx.reset_graph()


def add(a, b):
    out = Tensor(a.value + b.value)

    def run():
        a.add_grad(out.grad)
        b.add_grad(out.grad)

    ctx.add_backward_node(run)
    return out


def mul(a, b):
    """The product; b may be a mask with fewer elements along some dimension."""
    out = Tensor(a.value * b.value)

    def run():
        a.add_grad(out.grad * b.value)
        b.add_grad(out.grad * a.value)

    ctx.add_backward_node(run)
    return out


def scale(a, factor):
    out = Tensor(a.value * factor)
    ctx.add_backward_node(lambda: a.add_grad(out.grad * factor))
    return out


if __name__ == "__main__":
    h = Tensor(np.random.randn(2, 1, 4, 6))
    mask = Tensor(np.random.randn(2, 1, 4, 1))
    loss = scale(mul(h, mask), 1.0)
    loss.backward()
    print("expected", mask.value.shape, "got", mask.grad.shape)
