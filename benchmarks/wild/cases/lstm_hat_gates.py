"""Forward and backward through one LSTM cell; a hat marks what a gate has before its sigmoid."""

import numpy as np


def sig(v):
    return 1.0 / (1.0 + np.exp(-v))


class LSTM:
    def __init__(self, W):
        self.W = W  # rows: a, i, f, o

    def forward(self, x, h_old, c_old):
        self.I = np.hstack([x, h_old])
        self.c_old = c_old
        a_hat, i_hat, f_hat, o_hat = np.split(self.I @ self.W.T, 4, axis=1)
        self.a, self.i, self.f, self.o = np.tanh(a_hat), sig(i_hat), sig(f_hat), sig(o_hat)
        self.c = self.i * self.a + self.f * c_old
        return self.o * np.tanh(self.c)

    def backward(self, dh):
        do = dh * np.tanh(self.c)
        dc = dh * self.o * (1 - np.tanh(self.c) ** 2)
        di = dc * self.a
        df = dc * self.c_old
        da = dc * self.i

        da_hat = da * (1 - self.a**2)
        di_hat = di * self.i * (1 - self.i)
        df_hat = df * self.f * (1 - self.f)
        do_hat = do * self.o * (1 - self.o)

        dz = np.hstack([da_hat, di_hat, df_hat, do_hat])
        self.dW = dz.T @ self.I
        dI = dz @ self.W
        split = self.I.shape[1] - self.c.shape[1]
        return dI[:, :split], dI[:, split:], dc * self.f
