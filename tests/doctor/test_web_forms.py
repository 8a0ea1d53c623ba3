"""Forms that code on the web has: right ones draw nothing, and slips in them are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined
from tests.sampling import one_in

LISTS = """
import math
import random

def table(rows, columns):
    return [[random.uniform(-0.5, 0.5) for _ in range(columns)] for _ in range(rows)]

def slope(y):
    return 1.0 - y ** 2

class Net:
    def __init__(self, ni, nh, no):
        self.ni, self.nh, self.no = ni + 1, nh, no
        self.ai, self.ah, self.ao = [1.0] * self.ni, [1.0] * nh, [1.0] * no
        self.wi, self.wo = table(self.ni, nh), table(nh, no)
        self.co = [[0.0] * no for _ in range(nh)]

    def update(self, inputs):
        if len(inputs) != self.ni - 1:
            raise ValueError("wrong number of inputs")
        for i in range(self.ni - 1):
            self.ai[i] = inputs[i]
        for j in range(self.nh):
            self.ah[j] = math.tanh(sum(self.ai[i] * self.wi[i][j] for i in range(self.ni)))
        for k in range(self.no):
            self.ao[k] = math.tanh(sum(self.ah[j] * self.wo[j][k] for j in range(self.nh)))
        return self.ao[:]

    def back_propagate(self, targets, N, M):
        deltas = [0.0] * self.no
        for k in range(self.no):
            deltas[k] = slope(self.ao[k]) * (targets[k] - self.ao[k])
        hidden = [0.0] * self.nh
        for j in range(self.nh):
            error = 0.0
            for k in range(self.no):
                error = error + deltas[k] * self.wo[j][k]
            hidden[j] = slope(self.ah[j]) * error
        for j in range(self.nh):
            for k in range(self.no):
                change = deltas[k] * self.ah[j]
                self.wo[j][k] = self.wo[j][k] + N * change + M * self.co[j][k]
                self.co[j][k] = change
        for i in range(self.ni):
            for j in range(self.nh):
                self.wi[i][j] = self.wi[i][j] + N * hidden[j] * self.ai[i]
"""
PRIVATE = """
import numpy as np

class Neuron:
    def __init__(self):
        self.synaptic_weights = 2 * np.random.random((3, 1)) - 1

    def __sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def __sigmoid_derivative(self, x):
        return x * (1 - x)

    def train(self, inputs, targets, iterations):
        for _ in range(iterations):
            output = self.think(inputs)
            error = targets - output
            self.synaptic_weights += np.dot(inputs.T, error * self.__sigmoid_derivative(output))

    def think(self, inputs):
        return self.__sigmoid(np.dot(inputs, self.synaptic_weights))
"""
HELD = """
import numpy as np

def sigmoid(x):
    return 1.0 / (1 + np.exp(-x))

def sigmoid_derivative(x):
    return x * (1.0 - x)

class Network:
    def __init__(self, x, y):
        self.input, self.y = x, y
        self.weights1 = np.random.rand(x.shape[1], 4)
        self.weights2 = np.random.rand(4, 1)
        self.output = np.zeros(y.shape)

    def feedforward(self):
        self.layer1 = sigmoid(np.dot(self.input, self.weights1))
        self.output = sigmoid(np.dot(self.layer1, self.weights2))

    def backprop(self):
        delta = 2 * (self.y - self.output) * sigmoid_derivative(self.output)
        d_weights2 = np.dot(self.layer1.T, delta)
        d_weights1 = np.dot(self.input.T, np.dot(delta, self.weights2.T) * sigmoid_derivative(self.layer1))
        self.weights1 += d_weights1
        self.weights2 += d_weights2
"""
FRAMEWORK = """
import numpy as np
import weakref

class Variable:
    def __init__(self, data):
        self.data, self.grad, self.creator, self.generation = data, None, None, 0

    def set_creator(self, func):
        self.creator, self.generation = func, func.generation + 1

    def backward(self, retain_grad=False):
        if self.grad is None:
            self.grad = np.ones_like(self.data)
        funcs, seen = [], set()

        def add(f):
            if f not in seen:
                funcs.append(f)
                seen.add(f)
                funcs.sort(key=lambda one: one.generation)

        add(self.creator)
        while funcs:
            f = funcs.pop()
            gxs = f.backward(*[output().grad for output in f.outputs])
            for x, gx in zip(f.inputs, gxs if isinstance(gxs, tuple) else (gxs,)):
                if x.grad is None:
                    x.grad = gx
                else:
                    x.grad = x.grad + gx
                if x.creator is not None:
                    add(x.creator)

class Function:
    def __call__(self, *inputs):
        y = self.forward(*[x.data for x in inputs])
        self.generation = max(x.generation for x in inputs)
        output = Variable(np.asarray(y))
        output.set_creator(self)
        self.inputs, self.outputs = inputs, [weakref.ref(output)]
        return output

class Tanh(Function):
    def forward(self, x):
        return np.tanh(x)

    def backward(self, gy):
        y = self.outputs[0]().data
        return gy * (1 - y * y)

class Mul(Function):
    def forward(self, a, b):
        return a * b

    def backward(self, gy):
        a, b = self.inputs[0].data, self.inputs[1].data
        return gy * b, gy * a
"""
ARITHMETIC = f"{FRAMEWORK}\nVariable.__mul__ = lambda a, b: Mul()(a, b)\n"
COUNTED = """
import numpy as np

class Network:
    def __init__(self, n_x, n_h, n_y):
        self.W1, self.b1 = np.random.randn(n_h, n_x), np.zeros((n_h, 1))
        self.W2, self.b2 = np.random.randn(n_y, n_h), np.zeros((n_y, 1))

    def forward_prop(self, X):
        self.Z1 = self.W1.dot(X) + self.b1
        self.A1 = np.maximum(self.Z1, 0)
        Z2 = self.W2.dot(self.A1) + self.b2
        e = np.exp(Z2 - Z2.max(axis=0))
        self.A2 = e / e.sum(axis=0)
        return self.A2

    def back_prop(self, X, Y):
        m = Y.size
        one_hot = np.zeros((Y.size, Y.max() + 1))
        one_hot[np.arange(Y.size), Y] = 1
        dZ2 = self.A2 - one_hot.T
        dW2 = dZ2.dot(self.A1.T) / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = self.W2.T.dot(dZ2) * (self.Z1 > 0)
        dW1 = dZ1.dot(X.T) / m
        db1 = np.sum(dZ1, axis=1, keepdims=True) / m
        return dW1, db1, dW2, db2
"""
NUMBERED = """
import numpy as np

def model_forward(X, parameters):
    caches, A, L = [], X, len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters["W" + str(l)], parameters["b" + str(l)]
        Z = W.dot(A) + b
        caches.append((A, W, Z))
        A = 1 / (1 + np.exp(-Z))
    return A, caches

def compute_cost(AL, Y):
    return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / Y.shape[1]

def model_backward(AL, Y, caches):
    grads, m = {}, Y.shape[1]
    dZ = AL - Y
    for l in reversed(range(1, len(caches) + 1)):
        A_prev, W, _ = caches[l - 1]
        grads["dW" + str(l)] = dZ.dot(A_prev.T) / m
        grads["db" + str(l)] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dZ = W.T.dot(dZ) * A_prev * (1 - A_prev)
    return grads
"""
CLIPPED = """
import numpy as np

class SoftmaxCrossEntropy:
    def forward(self, x, y):
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.p, self.y = e / e.sum(axis=1, keepdims=True), y
        return -np.mean(np.log(np.clip(self.p, 1e-9, 1))[np.arange(len(y)), y])

    def backward(self):
        dx = self.p.copy()
        dx[np.arange(len(self.y)), self.y] -= 1
        return dx / len(self.y)
"""
OWN_LOSS = """
import numpy as np

class LogisticRegression:
    def __init__(self, lr=0.01, steps=1000):
        self.lr, self.steps = lr, steps

    def __sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def __loss(self, h, y):
        return (-y * np.log(h) - (1 - y) * np.log(1 - h)).mean()

    def fit(self, X, y):
        self.theta = np.zeros(X.shape[1])
        for _ in range(self.steps):
            h = self.__sigmoid(np.dot(X, self.theta))
            gradient = np.dot(X.T, (h - y)) / y.size
            self.theta -= self.lr * gradient
"""
RIGHT = {
    "lists": LISTS, "private": PRIVATE, "held": HELD, "framework": FRAMEWORK, "arithmetic": ARITHMETIC,
    "counted": COUNTED, "numbered": NUMBERED, "clipped": CLIPPED, "own loss": OWN_LOSS,
}  # fmt: skip
# The form, what is written in it, what is written instead, and the mistake
SLIPS = [
    (LISTS, "error = error + deltas[k]", "error = deltas[k]", "not-accumulated"),
    pytest.param(
        LISTS, "return 1.0 - y ** 2", "return 1.0 - math.tanh(y) ** 2", "wrong-variable",
        marks=pytest.mark.full,
    ),
    (PRIVATE, "error = targets - output", "error = output - targets", "sign-flipped"),
    (PRIVATE, "e(output))", "e(np.dot(inputs, self.synaptic_weights)))", "wrong-variable"),
    (HELD, "return x * (1.0 - x)", "return sigmoid(x) * (1.0 - sigmoid(x))", "wrong-variable"),
    (HELD, "_derivative(self.layer1)", "_derivative(self.output)", "wrong-variable"),
    (FRAMEWORK, "x.grad = x.grad + gx", "x.grad = gx", "not-accumulated"),
    (FRAMEWORK, "funcs.sort(key=lambda one: one.generation)", "pass", "not-accumulated"),
    (ARITHMETIC, "x.grad = x.grad + gx", "x.grad = gx", "not-accumulated"),
    (CLIPPED, "np.clip(self.p, 1e-9, 1)", "(self.p + 1e-9)", "unstable"),
    (OWN_LOSS, " / y.size", "", "missing-mean"),
    (NUMBERED, "dZ = AL - Y", "dZ = Y - AL", "sign-flipped"),
]  # fmt: skip


@pytest.mark.parametrize("form", one_in(2, RIGHT))
def test_right_ones_are_healthy(tmp_path: Path, form: str) -> None:
    diagnoses = examined(tmp_path, RIGHT[form])
    assert diagnoses and all(diagnoses), [diagnosis.text("en") for diagnosis in diagnoses]


@pytest.mark.parametrize(("form", "right", "wrong", "mistake"), one_in(3, SLIPS))
def test_slips_are_named(tmp_path: Path, form: str, right: str, wrong: str, mistake: str) -> None:
    assert right in form
    diagnoses = examined(tmp_path, form.replace(right, wrong))
    assert mistake in {one.name for diagnosis in diagnoses for one in diagnosis.mistakes}, diagnoses
