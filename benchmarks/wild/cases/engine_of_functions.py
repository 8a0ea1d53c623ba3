"""A scalar engine after one in C: a node holds the function that hands its gradient to its children."""

import math


class Value:
    def __init__(self, data, children=(), backward=None):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.backward_fn = backward


def backward_add(node):
    node.children[0].grad += node.grad
    node.children[1].grad += node.grad


def backward_subtract(node):
    node.children[0].grad += node.grad
    node.children[1].grad += node.grad


def backward_multiply(node):
    a, b = node.children
    a.grad += b.data * node.grad
    b.grad += a.data * node.grad


def backward_tanh(node):
    node.children[0].grad += (1 - node.data**2) * node.grad


def add(a, b):
    return Value(a.data + b.data, (a, b), backward_add)


def subtract(a, b):
    return Value(a.data - b.data, (a, b), backward_subtract)


def multiply(a, b):
    return Value(a.data * b.data, (a, b), backward_multiply)


def tanh(a):
    return Value(math.tanh(a.data), (a,), backward_tanh)


def topological(node, order, seen):
    if node not in seen:
        seen.add(node)
        for child in node.children:
            topological(child, order, seen)
        order.append(node)


def backward(root):
    order = []
    topological(root, order, set())
    root.grad = 1.0
    for node in reversed(order):
        if node.backward_fn is not None:
            node.backward_fn(node)
