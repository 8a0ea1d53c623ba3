"""An LSTM cell: forget, update, candidate and output gate."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class LSTMCell:
    def __init__(self, n_in, n_out):
        shape = (n_in + n_out, n_out)
        self.Wf, self.Wu, self.Wc, self.Wo = (np.random.randn(*shape) for _ in range(4))
        self.bf, self.bu, self.bc, self.bo = (np.zeros(n_out) for _ in range(4))
        self.n_out = n_out

    def forward(self, Xt, At, Ct):
        Zt = np.hstack([At, Xt])
        Go = sigmoid(Zt @ self.Wo + self.bo)
        Gf = sigmoid(Zt @ self.Wf + self.bo)
        Gu = sigmoid(Zt @ self.Wu + self.bo)
        Cc = np.tanh(Zt @ self.Wc + self.bc)
        C = Gf * Ct + Gu * Cc
        self.cache = Zt, Go, Gf, Gu, Cc, C, Ct
        return Go * np.tanh(C)

    def backward(self, dA):
        Zt, Go, Gf, Gu, Cc, C, Ct = self.cache
        dC = dA * Go * (1 - np.tanh(C) ** 2)
        dGo = dA * np.tanh(C) * Go * (1 - Go)
        dGf = dC * Ct * Gf * (1 - Gf)
        dGu = dC * Cc * Gu * (1 - Gu)
        dCc = dC * Gu * (1 - Cc**2)
        self.grads = {
            "Wf": Zt.T @ dGf, "bf": dGf.sum(axis=0),
            "Wu": Zt.T @ dGu, "bu": dGu.sum(axis=0),
            "Wc": Zt.T @ dCc, "bc": dCc.sum(axis=0),
            "Wo": Zt.T @ dGo, "bo": dGo.sum(axis=0),
        }  # fmt: skip
        dZt = dGf @ self.Wf.T + dGu @ self.Wu.T + dCc @ self.Wc.T + dGo @ self.Wo.T
        return dZt[:, self.n_out :]
