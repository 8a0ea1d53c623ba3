import numpy as np


def sigmoid(x, out=None):
    out = np.negative(x, out=out)
    np.exp(out, out=out)
    out += 1.0
    return np.reciprocal(out, out=out)


def sigmoid_derivative(z):
    s = sigmoid(z)
    return s * (1.0 - s)


class BaseLayer:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(0, 0.5, (n_in, n_out))
        self.b = np.zeros((1, n_out))

    def pre_output(self, x):
        return x @ self.W + self.b


class MultiLayerNetwork:
    def __init__(self, sizes, seed=0):
        rng = np.random.default_rng(seed)
        self.layers = [BaseLayer(n, m, rng) for n, m in zip(sizes, sizes[1:])]

    def zs_and_activations(self, x):
        zs, activations = [], [x]
        for layer in self.layers:
            z = layer.pre_output(activations[-1])
            zs.append(z)
            activations.append(sigmoid(z, out=z))
        return zs, activations

    def score(self, x, labels):
        a = self.zs_and_activations(x)[1][-1]
        return 0.5 * np.sum((a - labels) ** 2) / len(x)

    def backprop_gradient(self, x, labels):
        zs, activations = self.zs_and_activations(x)
        gradients = [None] * len(self.layers)
        delta = (activations[-1] - labels) / len(x) * sigmoid_derivative(zs[-1])
        for i in reversed(range(len(self.layers))):
            gradients[i] = activations[i].T @ delta, delta.sum(axis=0, keepdims=True)
            if i > 0:
                delta = delta @ self.layers[i].W.T * sigmoid_derivative(zs[i - 1])
        return gradients

    def fit(self, x, labels, learning_rate=0.5):
        for layer, (dW, db) in zip(self.layers, self.backprop_gradient(x, labels)):
            layer.W -= learning_rate * dW
            layer.b -= learning_rate * db


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    x = rng.normal(size=(30, 3))
    labels = (x[:, :2] > 0).astype(float)
    net = MultiLayerNetwork([3, 5, 2])
    for _ in range(100):
        net.fit(x, labels)
    print(net.score(x, labels))
