import math


class Node:
    """A scalar formula; the backward code of an operator is generated with it."""

    def __init__(self, value, children=(), op=None):
        self.value = value
        self.grad = 0.0
        self.children = children
        self.op = op

    def __add__(self, other):
        return binop(ADD, self, other)

    def __mul__(self, other):
        return binop(MUL, self, other)

    def pointpow(self, p):
        return binop(POINTPOW(p), self)

    def relu(self):
        return binop(RELU, self)


# op: (forward, backward); backward gets n, n1 and, for two children, n2
ADD = (
    lambda n1, n2: n1.value + n2.value,
    lambda n, n1, n2: (n.grad, n.grad),
)
MUL = (
    lambda n1, n2: n1.value * n2.value,
    lambda n, n1, n2: (n.grad * n2.value, n.grad * n1.value),
)
RELU = (
    lambda n1: max(0.0, n1.value),
    lambda n, n1: (n.grad if n.value > 0 else 0.0,),
)


def POINTPOW(p):
    return (
        lambda n1: math.pow(n1.value, p),
        lambda n, n1: (n.grad if n.value > 0 else 0.0,),
    )


def binop(op, *children):
    return Node(op[0](*children), children, op)


def backprop(root):
    order, seen = [], set()

    def visit(n):
        if id(n) not in seen:
            seen.add(id(n))
            for child in n.children:
                visit(child)
            order.append(n)

    visit(root)
    root.grad = 1.0
    for n in reversed(order):
        if n.op is not None:
            for child, g in zip(n.children, n.op[1](n, *n.children)):
                child.grad += g


def parabola(w, b, points):
    """Sum of (w x + b - y)^2"""
    total = Node(0.0)
    for x, y in points:
        total = total + (w * Node(x) + b + Node(-y)).pointpow(2.0)
    return total


if __name__ == "__main__":
    w, b = 0.5, 0.0
    points = [(x / 4, 1 - x / 2) for x in range(-4, 5)]
    for _ in range(20):
        nw, nb = Node(w), Node(b)
        loss = parabola(nw, nb, points)
        backprop(loss)
        w, b = w - 0.01 * nw.grad, b - 0.01 * nb.grad
    print(loss.value)
