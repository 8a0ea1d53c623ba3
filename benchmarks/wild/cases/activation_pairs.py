import numpy as np


class Activation:
    def __init__(self, function, derivative):
        self.function, self.derivative = function, derivative


def relu(x):
    return np.maximum(0, x)


def relu_prime(x):
    """1 above zero, else 0 (0 as well at the kink)"""
    return (x > 0).astype(float)


def leaky_relu(x):
    """Keeps a hundredth of what is negative"""
    return np.where(x >= 0, x, 0.01 * x)


def leaky_relu_prime(x):
    return np.where(x >= 0, 1.0, 0.01)


ACTIVATIONS = {
    "relu": Activation(relu, relu_prime),
    "leaky_relu": Activation(leaky_relu, leaky_relu_prime),
    "tanh": Activation(np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "linear": Activation(lambda x: x, lambda x: np.ones_like(x)),
}


class NumpyNet:
    def __init__(self, layer_sizes, activations):
        self.W = [0.5 * np.random.randn(a, b) for a, b in zip(layer_sizes, layer_sizes[1:])]
        self.activations = [ACTIVATIONS[name] for name in activations]

    def forward_prop(self, X):
        self.inputs, self.z = [], []
        for W, act in zip(self.W, self.activations):
            self.inputs.append(X)
            self.z.append(X @ W)
            X = act.function(self.z[-1])
        return X

    def back_prop(self, error):
        """Gradients by the weights, for the gradient by the output"""
        grads = []
        for W, act, a, z in zip(
            reversed(self.W), reversed(self.activations), reversed(self.inputs), reversed(self.z)
        ):
            delta = error * act.derivative(z)
            grads.insert(0, a.T @ delta)
            error = delta @ W.T
        return grads


if __name__ == "__main__":
    np.random.seed(8)
    net = NumpyNet([2, 8, 8, 1], ["relu", "leaky_relu", "linear"])
    X = np.random.randn(60, 2)
    y = np.abs(X[:, :1] - X[:, 1:])
    for epoch in range(60):
        out = net.forward_prop(X)
        for W, g in zip(net.W, net.back_prop((out - y) / len(X))):
            W -= 0.05 * g
    print(np.mean((out - y) ** 2))
