import numpy as np

_EPSILON = 1e-7


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def binary_crossentropy(target, output):
    """Of the probabilities of a sigmoid, which are turned to logits again."""
    output = np.clip(output, _EPSILON, 1 - _EPSILON)
    logits = np.log(output / (1 - output))
    return np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits)))


def binary_crossentropy_grad(target, output):
    inside = (output > _EPSILON) & (output < 1 - _EPSILON)
    output = np.clip(output, _EPSILON, 1 - _EPSILON)
    return inside * (output - target) / (output * (1 - output))


class Sigmoid:
    def forward(self, x):
        self.y = sigmoid(x)
        return self.y

    def backward(self, grad):
        return grad * self.y * (1 - self.y)


class Model:
    """A dense layer with a sigmoid, compiled with the loss."""

    def __init__(self, features):
        self.kernel = np.zeros(features)
        self.bias = 0.0
        self.activation = Sigmoid()

    def loss(self, x, y):
        output = self.activation.forward(x @ self.kernel + self.bias)
        return np.mean(binary_crossentropy(y, output))

    def gradients(self, x, y):
        grad = binary_crossentropy_grad(y, self.activation.y) / len(y)
        grad = self.activation.backward(grad)
        return x.T @ grad, grad.sum()

    def fit(self, x, y, lr=0.5, epochs=30):
        for _ in range(epochs):
            value = self.loss(x, y)
            dk, db = self.gradients(x, y)
            self.kernel -= lr * dk
            self.bias -= lr * db
        return value


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 3))
    y = (x @ [1.0, -2.0, 0.5] > 0).astype(float)
    print(Model(3).fit(x, y))
