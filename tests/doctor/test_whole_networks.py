"""Networks that train: how they are made, which steps they take, and two slips one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined
from tests.sampling import one_in

NUMPY = """import numpy as np

def squash(t):
    return 1 / (1 + np.exp(-t))

"""
TOO_EARLY = """
class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.wih = np.random.rand(n_hidden, n_in) - 0.5
        self.who = np.random.rand(n_out, n_hidden) - 0.5
        self.rate = 0.3

    def query(self, inputs):
        return squash(self.who @ squash(self.wih @ inputs))

    def cost(self, inputs, targets):
        return 0.5 * np.sum((self.query(inputs) - targets) ** 2)

    def train(self, inputs, targets):
        hidden = squash(self.wih @ inputs)
        out = squash(self.who @ hidden)
        delta = (targets - out) * out * (1 - out)
        back = self.who.T @ delta * hidden * (1 - hidden)
        self.who += self.rate * delta @ hidden.T
        self.wih += self.rate * back @ inputs.T
"""
STEP = "        self.who += self.rate * delta @ hidden.T\n"
BACK = "        back = self.who.T @ delta * hidden * (1 - hidden)\n"
MOMENTUM = """
class Net:
    def __init__(self, n_in, n_out):
        self.w = np.random.rand(n_in, n_out)
        self.change = np.zeros((n_in, n_out))
        self.b = np.random.rand(n_out)
        self.last = np.zeros(n_out)

    def update(self, x):
        self.x = x
        self.out = np.tanh(x @ self.w + self.b)
        return self.out

    def backPropagate(self, targets, N, M):
        delta = (targets - self.out) * (1 - self.out**2)
        change = self.x.T @ delta
        self.w += N * change + M * self.change
        self.change = change
        shift = delta.sum(axis=0)
        self.b += N * shift + M * self.last
        self.last = shift
"""
SQUASHES = """
class Sigmoid:
    def apply(self, z):
        return squash(z)

    def apply_derivative(self, z):
        return squash(z) * (1 - squash(z))

class Tanh:
    def apply(self, z):
        return np.tanh(z)

    def apply_derivative(self, z):
        return 1 - np.tanh(z) ** 2

class Layer:
    def __init__(self, squash, n_in, n_out):
        self.squash = squash
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        self.net = x @ self.W
        return self.squash.apply(self.net)

    def backward(self, delta):
        delta = delta * self.squash.apply_derivative(self.net)
        self.dW = self.x.T @ delta
        return delta @ self.W.T
"""
ADDED = """
class Layer:
    def __init__(self, n_in, n_out):
        self.weights = np.random.rand(n_in, n_out) - 0.5
        self.bias = np.random.rand(n_out) - 0.5

class Network:
    def __init__(self):
        self.layers = []

    def add_layer(self, layer):
        self.layers.append(layer)

    def feed_forward(self, X):
        for layer in self.layers:
            layer.inputs = X
            X = layer.output = squash(X @ layer.weights + layer.bias)
        return X

    def backpropagation(self, X, y, learning_rate):
        error = y - self.feed_forward(X)
        for layer in reversed(self.layers):
            layer.delta = error * layer.output * (1 - layer.output)
            error = layer.delta @ layer.weights.T
        for layer in self.layers:
            layer.weights += learning_rate * layer.inputs.T @ layer.delta
            layer.bias += learning_rate * layer.delta.sum(axis=0)
"""
MADE = """
def build():
    net = Network()
    net.add_layer(Layer(3, 4))
    net.add_layer(Layer(4, 2))
    net.feed_forward(np.zeros((5, 3)))
"""
MODEL = """
X = np.random.randn(30, 2)
y = (X[:, 0] * X[:, 1] > 0).astype(int)
epsilon = 0.01

def calculate_loss(model):
    scores = np.tanh(X @ model["W1"]) @ model["W2"]
    probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return -np.log(probs[range(len(X)), y]).sum() / len(X)

def build_model(units, passes=20):
    W1, W2 = np.random.randn(2, units), np.random.randn(units, 2)
    for i in range(passes):
        z1 = X @ W1
        a1 = np.tanh(z1)
        scores = np.exp(a1 @ W2)
        delta3 = scores / scores.sum(axis=1, keepdims=True)
        delta3[range(len(X)), y] -= 1
        dW2 = a1.T @ delta3
        dW1 = X.T @ (delta3 @ W2.T * (1 - np.power(a1, 2)))
        W1 += -epsilon * dW1 / len(X)
        W2 += -epsilon * dW2 / len(X)
        model = {"W1": W1, "W2": W2}
        if i % 10 == 0:
            print(calculate_loss(model))
    return model

build_model(3)
"""
ENCODER = """
class Encoder:
    def __init__(self, n_in, n_hidden):
        self.W = np.random.uniform(-0.1, 0.1, (n_hidden, n_in))
        self.V = np.random.uniform(-0.1, 0.1, (n_in, n_hidden))

    def error(self, x):
        return 0.5 * np.sum((self.V @ np.tanh(self.W @ x) - x) ** 2)

    def step(self, x, eta=0.01):
        h = np.tanh(self.W @ x)
        delta = self.V @ h - x
        back = self.V.T @ delta * (1 - h**2)
        self.V -= eta * delta @ h.T
        self.W -= eta * back @ x.T
"""
SOFTMAX = """
class Deep:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_out, n_in)

    def softmax(self, z, slope=False):
        e = np.exp(z - z.max())
        p = e / e.sum()
        return p * (1 - p) if slope else p

    def forward(self, x):
        self.x = x
        self.z = self.W @ x
        return self.softmax(self.z)

    def loss(self, target, output):
        return 0.5 * np.sum((output - target) ** 2)

    def backward(self, target, output):
        g = output - target
        delta = output * (g - g @ output)
        return np.outer(delta, self.x)
"""
COLUMNS = """
class Net:
    def __init__(self, layers):
        self.W = [np.random.randn(b, a) for a, b in zip(layers, layers[1:])]
        self.B = [np.zeros((b, 1)) for b in layers[1:]]

    def forward(self, x):
        self.A = [x]
        for w, b in zip(self.W, self.B):
            self.A.append(squash(w @ self.A[-1] + b))
        return self.A[-1]

    def cost(self, y_hat, y):
        return np.sum((y_hat - y) ** 2) / (2 * y.shape[1])

    def backward(self, y, lr):
        dA = (self.A[-1] - y) / y.shape[1]
        for i in reversed(range(len(self.W))):
            dZ = dA * self.A[i + 1] * (1 - self.A[i + 1])
            dA = self.W[i].T @ dZ
            self.W[i] = self.W[i] - lr * dZ @ self.A[i].T
            self.B[i] = self.B[i] - lr * dZ.sum(axis=1, keepdims=True)
"""
CHANCE = """
class Net:
    def __init__(self, sizes):
        self.activation, self.activation_prime = squash, squash_prime
        self.weights = [np.random.randn(a, b) for a, b in zip(sizes, sizes[1:])]

    def predict(self, x):
        for w in self.weights:
            x = self.activation(x @ w)
        return x

    def error(self, x, y):
        return 0.5 * np.sum((self.predict(x) - y) ** 2)

    def fit(self, X, y, learning_rate=0.2, epochs=100):
        for _ in range(epochs):
            i = np.random.randint(X.shape[0])
            a = [X[i]]
            for w in self.weights:
                a.append(self.activation(a[-1] @ w))
            delta = (a[-1] - y[i]) * self.activation_prime(a[-1])
            for k in range(len(self.weights) - 1, -1, -1):
                before = self.weights[k].copy()
                self.weights[k] -= learning_rate * np.outer(a[k], delta)
                delta = delta @ before.T * self.activation_prime(a[k])

def squash_prime(t):
    return t * (1 - t)
"""

# The code, what is right in it, what is wrong, and what is named then
NETWORKS = {
    "a step too early": (TOO_EARLY, BACK + STEP, STEP + BACK, {"saved-edited"}),
    "and a slope forgotten": (
        TOO_EARLY, BACK + STEP, STEP + BACK.replace("@ delta", "@ (targets - out)"),
        {"saved-edited", "path-forgotten"},
    ),
    "momentum": (MOMENTUM, "(targets - self.out)", "(self.out - targets)", {"sign-flipped"}),
    "each activation": (SQUASHES, "1 - np.tanh(z) ** 2", "1 - z**2", {"wrong-variable"}),
    "layers of its own": (ADDED, "y - self.feed_forward(X)", "self.feed_forward(X) - y", {"sign-flipped"}),
    "layers as added": (ADDED + MADE, "layer.delta.sum(", "layer.delta.mean(", {"bias-averaged"}),
    "data of the module": (MODEL, "np.power(a1, 2)", "np.power(z1, 2)", {"wrong-variable"}),
    "an autoencoder": (ENCODER, "(1 - h**2)", "(1 - h)", {"wrong-variable"}),
    "a diagonal": (
        SOFTMAX, "output * (g - g @ output)", "g * self.softmax(self.z, slope=True)", {"softmax-diagonal"},
    ),
    "a bias of columns": (COLUMNS, "dZ.sum(axis=1, keepdims=True)", "dZ", {"batch-not-summed"}),
    "a sample by chance": (CHANCE, "t * (1 - t)", "squash(t) * (1 - squash(t))", {"wrong-variable"}),
}  # fmt: skip


@pytest.mark.parametrize("name", one_in(2, NETWORKS))
def test_right_ones_have_no_mistake(tmp_path: Path, name: str) -> None:
    diagnoses = examined(tmp_path, NUMPY + NETWORKS[name][0])
    assert any(diagnoses) and not any(one.mistakes for one in diagnoses), [d.text("en") for d in diagnoses]


@pytest.mark.parametrize("name", one_in(3, NETWORKS))
def test_mistakes_are_named(tmp_path: Path, name: str) -> None:
    source, right, wrong, mistakes = NETWORKS[name]
    assert source.count(right) == 1
    diagnoses = examined(tmp_path, NUMPY + source.replace(right, wrong))
    assert {mistake.name for diagnosis in diagnoses for mistake in diagnosis.mistakes} == mistakes
