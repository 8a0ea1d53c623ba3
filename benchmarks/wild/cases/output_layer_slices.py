import numpy as np


def squeeze(a):
    """Rows of length one are vectors, as in the array library."""
    a = np.asarray(a)
    return a[0] if a.ndim == 2 and a.shape[0] == 1 else a


def slices(a):
    return squeeze(a).shape[0]


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class OutputLayer:
    def __init__(self, n_in, n_out):
        self.W = np.random.normal(0, 0.2, (n_in, n_out))
        self.b = np.zeros((1, n_out))

    def activate(self, input):
        self.input = input
        return softmax(input @ self.W + self.b)

    def score(self, input, labels):
        p = self.activate(input)
        return -np.sum(labels * np.log(p)) / len(input)

    def backprop_gradient(self, input, labels):
        p = self.activate(input)
        delta = p - labels
        minibatch = slices(input)
        return {
            "W": self.input.T @ delta / minibatch,
            "b": delta.sum(axis=0, keepdims=True) / minibatch,
        }

    def fit(self, input, labels, lr=0.5):
        for name, gradient in self.backprop_gradient(input, labels).items():
            setattr(self, name, getattr(self, name) - lr * gradient)


if __name__ == "__main__":
    layer = OutputLayer(4, 3)
    X = np.random.randn(30, 4)
    Y = np.eye(3)[np.argmax(X[:, :3], axis=1)]
    for i in range(30):
        layer.fit(X[i : i + 1], Y[i : i + 1])
    print(layer.score(X, Y))
