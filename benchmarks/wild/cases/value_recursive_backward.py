"""Scalars that pass their gradient on to what they were made of, call by call."""

import numpy as np


class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0
        self.backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data)

        def backward():
            self.grad += out.grad
            other.grad += out.grad
            self.backward()
            other.backward()

        out.backward = backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data)

        def backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
            self.backward()
            other.backward()

        out.backward = backward
        return out

    def relu(self):
        out = Value(self.data if self.data > 0 else 0)

        def backward():
            self.grad += (self.data > 0) * out.grad
            self.backward()

        out.backward = backward
        return out


def start_backward(loss):
    loss.grad = 1
    loss.backward()
