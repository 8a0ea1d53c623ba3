"""Operations of a course's framework: compute gives the value, gradient the adjoint of the input."""

import numpy as np


class Node:
    def __init__(self, *inputs):
        self.inputs = inputs


class LogSoftmax:
    def compute(self, Z):
        top = Z.max(axis=1, keepdims=True)
        return Z - top - np.log(np.exp(Z - top).sum(axis=1, keepdims=True))

    def gradient(self, out_grad, node):
        Z = node.inputs[0]
        softmax = np.exp(self.compute(Z))
        return out_grad * (1 - softmax)
