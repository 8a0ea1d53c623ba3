import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Net:
    """Two fully connected layers; what the last one returns are the probabilities of the classes."""

    def __init__(self, n_in, n_hidden, n_classes, seed=0):
        rng = np.random.default_rng(seed)
        self.W1 = rng.normal(0, 0.5, (n_in, n_hidden))
        self.b1 = np.zeros(n_hidden)
        self.W2 = rng.normal(0, 0.5, (n_hidden, n_classes))
        self.b2 = np.zeros(n_classes)

    def dnn(self, x):
        self.x = x
        self.h = np.tanh(x @ self.W1 + self.b1)
        return softmax(self.h @ self.W2 + self.b2)

    def gradients(self, dnet):
        dh = dnet @ self.W2.T * (1 - self.h**2)
        return self.x.T @ dh, dh.sum(axis=0), self.h.T @ dnet, dnet.sum(axis=0)


def softmax_cross_entropy_with_logits(logits, labels):
    return -np.sum(labels * np.log(softmax(logits)), axis=1)


def loss(net, X, Y):
    return np.mean(softmax_cross_entropy_with_logits(net.dnn(X), Y))


def loss_gradients(net, X, Y):
    probabilities = softmax(net.dnn(X))
    return net.gradients((probabilities - Y) / len(X))


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    X = rng.normal(size=(90, 6))
    Y = np.eye(3)[np.argmax(X[:, :3], axis=1)]
    net = Net(6, 8, 3)
    for epoch in range(60):
        for param, grad in zip((net.W1, net.b1, net.W2, net.b2), loss_gradients(net, X, Y)):
            param -= 0.5 * grad
    print("loss", loss(net, X, Y), "accuracy", np.mean(net.dnn(X).argmax(axis=1) == Y.argmax(axis=1)))
