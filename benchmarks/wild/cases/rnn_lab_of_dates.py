import numpy as np


class RNN:
    """Many to one: h_t = tanh(U h_{t-1} + W x_t + b), then z = V h_tau + c and a softmax."""

    def __init__(self, input_size, hidden_size, output_size, seed=0):
        rng = np.random.default_rng(seed)
        self.hidden_size = hidden_size
        self.V = rng.normal(scale=0.1, size=(output_size, hidden_size))
        self.W = rng.normal(scale=0.1, size=(hidden_size, input_size))
        self.U = rng.normal(scale=0.5, size=(hidden_size, hidden_size))
        self.b = np.zeros(hidden_size)
        self.c = np.zeros(output_size)

    def forward(self, x):
        """x has a row for each of the tau steps; returns the log probabilities of every step."""
        self.x = x
        tau = len(x)
        self.h = np.zeros((tau + 1, self.hidden_size))
        self.logp = np.zeros((tau, len(self.c)))
        for t in range(tau):
            self.h[t] = np.tanh(self.U @ self.h[t - 1] + self.W @ x[t] + self.b)
            z = self.V @ self.h[t] + self.c
            self.logp[t] = z - z.max() - np.log(np.sum(np.exp(z - z.max())))
        return self.logp

    def loss(self, x, y):
        return -np.sum(self.forward(x)[np.arange(len(y)), y])

    def backward(self, y):
        tau = len(y)
        self.grad_z = np.exp(self.logp)
        self.grad_z[np.arange(tau), y] -= 1
        self.grad_h = np.zeros((tau, self.hidden_size))
        self.grad_h[-1] = self.V.T @ self.grad_z[-1]
        for t in reversed(range(tau - 1)):
            following = (1 - self.h[t + 1] ** 2) * self.grad_h[t + 1]
            self.grad_h[t] = self.U.T @ following + self.V.T @ self.grad_z[t]
        return {
            "V": self.backward_v(),
            "c": self.grad_z.sum(axis=0),
            "W": self.backward_w(),
            "U": self.backward_u(),
            "b": ((1 - self.h[:-1] ** 2) * self.grad_h).sum(axis=0),
        }

    def backward_v(self):
        for t in range(len(self.grad_z)):
            grad_v = np.outer(self.grad_z[t], self.h[t])
        return grad_v

    def backward_w(self):
        grad_w = np.zeros_like(self.W)
        for t in range(len(self.grad_h)):
            grad_w += np.outer((1 - self.h[t] ** 2) * self.grad_h[t], self.x[t])
        return grad_w

    def backward_u(self):
        grad_u = np.zeros_like(self.U)
        for t in range(1, len(self.grad_h)):
            grad_u += np.outer((1 - self.h[t] ** 2) * self.grad_h[t], self.h[t - 1])
        return grad_u

    def step(self, grads, lrate):
        for name, grad in grads.items():
            setattr(self, name, getattr(self, name) - lrate * grad)


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    rnn = RNN(4, 8, 4)
    for epoch in range(60):
        digits = rng.integers(4, size=7)
        loss = rnn.loss(np.eye(4)[digits], np.roll(digits, 1))
        rnn.step(rnn.backward(np.roll(digits, 1)), 0.05)
    print(loss)
