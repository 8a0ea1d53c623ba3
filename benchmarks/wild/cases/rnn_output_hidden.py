"""A recurrent network that predicts a class at each time step; x and y hold a step in each column."""

import numpy as np


class RNN:
    def __init__(self, input_dim, hidden_dim, output_dim):
        self.Wxh = 0.1 * np.random.randn(hidden_dim, input_dim)
        self.Whh = 0.1 * np.random.randn(hidden_dim, hidden_dim)
        self.Wyh = 0.1 * np.random.randn(output_dim, hidden_dim)
        self.Bh = np.zeros(hidden_dim)
        self.By = np.zeros(output_dim)

    def forward(self, x):
        self.h = {-1: np.zeros_like(self.Bh)}
        self.output = []
        for t in range(x.shape[1]):
            self.h[t] = np.tanh(self.Wxh @ x[:, t] + self.Whh @ self.h[t - 1] + self.Bh)
            q = self.Wyh @ self.h[t] + self.By
            e = np.exp(q - q.max())
            self.output.append(e / e.sum())
        return self.output

    def loss(self, x, y):
        output = self.forward(x)
        return -sum(np.sum(y[:, t] * np.log(output[t])) for t in range(x.shape[1]))

    def backward(self, x, y):
        D_Wxh, D_Whh, D_Wyh = (np.zeros_like(w) for w in (self.Wxh, self.Whh, self.Wyh))
        D_Bh, D_By = np.zeros_like(self.Bh), np.zeros_like(self.By)
        for t in range(x.shape[1] - 1, -1, -1):
            dQ = self.output[t] - y[:, t]
            D_Wyh += np.outer(dQ, self.h[t])
            D_By += dQ
            dL_ht = self.Wyh.T @ dQ
            dt = (1 - self.h[t] ** 2) * dL_ht
            D_Wxh += np.outer(dt, x[:, t])
            D_Whh += np.outer(dt, self.h[t - 1])
            D_Bh += dt
        return D_Wxh, D_Whh, D_Wyh, D_Bh, D_By
