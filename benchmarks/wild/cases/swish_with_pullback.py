import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def swish(x):
    return x * sigmoid(x)


def value_with_pullback(x):
    """swish(x), and the function that takes the derivative of it to that of x."""
    sigmoid_features = sigmoid(x)

    def pullback(v):
        grad = sigmoid_features * (1.0 + x * (1 - sigmoid_features))
        return grad * v

    return x * sigmoid_features, pullback


def swish_derivative(x):
    s = sigmoid(x)
    return s * (1.0 + x * (1 - s))
