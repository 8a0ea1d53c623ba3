"""A GRU layer: its cells share W3, U3, bW3 and bU3 (reset, update, candidate), and each has a gate."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gru_cell(x, hidden, W3, U3, bW3, bU3):
    H = hidden.shape[1]
    a, u = x @ W3.T + bW3, hidden @ U3.T + bU3
    r = sigmoid(a[:, :H] + u[:, :H])
    z = sigmoid(a[:, H : 2 * H] + u[:, H : 2 * H])
    n = np.tanh(a[:, 2 * H :] + r * u[:, 2 * H :])
    return (1 - z) * n + z * hidden, (x, hidden, r, z, n, u[:, 2 * H :])


def gru_cell_backward(dnext, cache, W3, U3):
    x, hidden, r, z, n, un = cache
    dz = dnext * (hidden - n) * z * (1 - z)
    dn = dnext * (1 - z) * (1 - n**2)
    dr = dn * un * r * (1 - r)
    dW3 = np.hstack([dr, dz, dn])
    dU3 = np.hstack([dr, dz, dn * r])
    dhidden = dnext * z + dU3 @ U3
    return dW3 @ W3, dhidden, dW3.T @ x, dU3.T @ hidden, dW3.sum(axis=0), dU3.sum(axis=0)


class GRULayer:
    def __init__(self, num_inputs, hidden_size):
        self.hidden_size = hidden_size
        self.W3 = np.random.randn(3 * hidden_size, num_inputs) * 0.1
        self.U3 = np.random.randn(3 * hidden_size, hidden_size) * 0.1
        self.bW3, self.bU3 = np.zeros(3 * hidden_size), np.zeros(3 * hidden_size)

    def forward(self, xs):
        """xs: (time, batch, features); returns all hidden states."""
        hidden = np.zeros((xs.shape[1], self.hidden_size))
        self.gates, states = [], []
        for x in xs:
            hidden, gate = gru_cell(x, hidden, self.W3, self.U3, self.bW3, self.bU3)
            self.gates.append(gate)
            states.append(hidden)
        return np.stack(states)

    def backward(self, dstates):
        dxs = []
        dhidden = np.zeros_like(dstates[0])
        for gate, d in zip(reversed(self.gates), dstates[::-1]):
            result = gru_cell_backward(d + dhidden, gate, self.W3, self.U3)
            dxs.append(result[0])
            dhidden = result[1]
            self.dW3 = result[2]
            self.dU3 = result[3]
            self.dbW3 = result[4]
            self.dbU3 = result[5]
        return np.stack(dxs[::-1])
