"""Arrays that remember the operations on them; adj is the adjoint, the gradient."""

import numpy as np


class Array:
    def __init__(self, data, inputs=()):
        self.data = np.asarray(data, dtype=float)
        self.adj = np.zeros_like(self.data)
        self.inputs = inputs
        self._backward = lambda: None

    def __add__(self, other):
        out = Array(self.data + other.data, (self, other))

        def _backward():
            self.adj += out.adj
            other.adj += out.adj

        out._backward = _backward
        return out

    def __mul__(self, other):
        out = Array(self.data * other.data, (self, other))

        def _backward():
            self.adj += out.adj * other.data
            other.adj += out.adj * self.data

        out._backward = _backward
        return out

    def __matmul__(self, other):
        out = Array(self.data @ other.data, (self, other))

        def _backward():
            # gemm with beta = 0 writes its result
            self.adj[...] = out.adj @ other.data.T
            other.adj[...] = self.data.T @ out.adj

        out._backward = _backward
        return out

    def backward(self, adj=None):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for each in node.inputs:
                    visit(each)
                order.append(node)

        visit(self)
        self.adj = np.ones_like(self.data) if adj is None else adj
        for node in reversed(order):
            node._backward()
