import numpy as np


def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def softmax_cross_entropy_with_logits(logits, labels):
    """A loss for each row, and its gradient with respect to the logits."""
    probs = softmax(logits)
    return -np.sum(labels * np.log(probs), axis=1), probs - labels


class MnistModel:
    def __init__(self, n_in=784, n_classes=10):
        self.W = np.random.normal(0, 0.1, (n_in, n_classes))
        self.b = np.zeros(n_classes)

    def forward(self, x):
        self.x = x
        output = x @ self.W + self.b
        return softmax(output)

    def loss(self, x, y_):
        y_conv = self.forward(x)
        losses, d_output = softmax_cross_entropy_with_logits(logits=y_conv, labels=y_)
        self.d_output = d_output / len(x)
        return np.mean(losses)

    def backward(self):
        self.dW = self.x.T @ self.d_output
        self.db = np.sum(self.d_output, axis=0)
        return self.d_output @ self.W.T

    def step(self, x, y_, lr=0.1):
        loss = self.loss(x, y_)
        self.backward()
        self.W -= lr * self.dW
        self.b -= lr * self.db
        return loss
