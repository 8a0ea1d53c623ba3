import numpy as np


class Layer:
    def __init__(self):
        self.inputs, self.derivatives = [], []


class DivideLayer(Layer):
    """One tensor by another, element by element."""

    def forwarding(self, a, b):
        self.inputs = [a, b]
        return a / b

    def calc_derivative(self, incoming):
        a, b = self.inputs
        self.derivatives = [incoming / b, incoming * (a * -1) / b**2]
        return self.derivatives


class MultiplyLayer(Layer):
    def forwarding(self, a, b):
        self.inputs = [a, b]
        return a * b

    def calc_derivative(self, incoming):
        a, b = self.inputs
        self.derivatives = [incoming * b, incoming * a]
        return self.derivatives


class RatioModel:
    """y = k a / b with a learned k and learned b"""

    def __init__(self, n):
        self.k = np.ones(n)
        self.b = np.linspace(1, 2, n)
        self.divide, self.multiply = DivideLayer(), MultiplyLayer()

    def forwarding(self, a):
        return self.multiply.forwarding(self.k, self.divide.forwarding(a, self.b))

    def train(self, a, label, lr=0.05):
        y = self.forwarding(a)
        dk, dratio = self.multiply.calc_derivative(2 * (y - label) / y.size)
        _, db = self.divide.calc_derivative(dratio)
        self.k = self.k - lr * dk
        self.b = self.b - lr * db
        return np.mean((y - label) ** 2)


if __name__ == "__main__":
    np.random.seed(0)
    model = RatioModel(4)
    a = np.random.randn(4)
    for iteration in range(50):
        loss = model.train(a, np.array([0.5, -0.5, 1.0, 0.2]))
    print(loss)
