import numpy as np


class ReLU:
    def __call__(self, x):
        return np.where(x >= 0, x, 0)

    def gradient(self, x):
        return np.where(x >= 0, 1, 0)


class Softmax:
    def __call__(self, x):
        e_x = np.exp(x - np.max(x, axis=-1, keepdims=True))
        return e_x / np.sum(e_x, axis=-1, keepdims=True)

    def gradient(self, x):
        p = self.__call__(x)
        return p * (1 - p)


activation_functions = {"relu": ReLU, "softmax": Softmax}


class Activation:
    """A layer that applies an activation function to its input."""

    def __init__(self, name="softmax"):
        self.activation_name = name
        self.activation_func = activation_functions[name]()

    def layer_name(self):
        return f"Activation ({self.activation_func.__class__.__name__})"

    def forward_pass(self, X):
        self.layer_input = X
        return self.activation_func(X)

    def backward_pass(self, accum_grad):
        return accum_grad * self.activation_func.gradient(self.layer_input)
