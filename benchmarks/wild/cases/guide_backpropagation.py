import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


class NumpyMLP:
    """Samples are columns. Sigmoid layers, the last one a softmax."""

    def __init__(self, geometry, seed=1234):
        rng = np.random.RandomState(seed)
        self.n_layers = len(geometry) - 1
        self.W = [0.5 * rng.randn(o, i) for i, o in zip(geometry[:-1], geometry[1:])]
        self.b = [np.zeros((o, 1)) for o in geometry[1:]]

    def log_forward(self, x):
        self.tilde_z = [x]
        for n in range(self.n_layers):
            z = self.W[n] @ self.tilde_z[n] + self.b[n]
            self.tilde_z.append(softmax(z) if n == self.n_layers - 1 else 1 / (1 + np.exp(-z)))
        return np.log(self.tilde_z[-1])

    def cost(self, x, y):
        return -np.mean(self.log_forward(x)[y, np.arange(len(y))])

    def update(self, x, y, learning_rate=0.1):
        """One step of gradient descent on a batch."""
        M = len(y)
        self.log_forward(x)

        # Error at the output
        error = self.tilde_z[-1].copy()
        error[y, np.arange(M)] -= 1
        for n in reversed(range(self.n_layers)):
            # Gradients of this layer
            nabla_W = error @ self.tilde_z[n].T / M
            nabla_b = error.mean(axis=1, keepdims=True)

            # Gradient step
            self.W[n] = self.W[n] - learning_rate * nabla_W
            self.b[n] = self.b[n] - learning_rate * nabla_b

            # Error of the layer below
            if n > 0:
                error = (self.W[n].T @ error) * self.tilde_z[n] * (1 - self.tilde_z[n])


if __name__ == "__main__":
    rng = np.random.RandomState(0)
    x = rng.randn(4, 60)
    y = (x[0] + x[1] > 0).astype(int)
    model = NumpyMLP([4, 8, 2])
    for epoch in range(5):
        for start in range(0, 60, 10):
            model.update(x[:, start : start + 10], y[start : start + 10])
        print(epoch, model.cost(x, y))
