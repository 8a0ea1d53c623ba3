import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def reset_gate(ps1, pr, pd):
    """pd = sigmoid(pr) * ps1"""
    pd[...] = sigmoid(pr) * ps1


def output_gate(ph, pz, ps, po):
    """po = (1 - z) * tanh(ph) + z * ps; z and the hidden gate are left activated."""
    pz[...] = sigmoid(pz)
    ph[...] = np.tanh(ph)
    po[...] = (1 - pz) * ph + pz * ps


class GRU:
    """W: (3H, I), R: (3H, H), B: (3H,), each for the gates z, r, h one after another."""

    def __init__(self, W, R, B):
        self.W, self.R, self.B = W, R, B
        self.hidden_size = R.shape[1]

    def forward(self, x, h0):
        """x: (T, I). Returns all hidden states; keeps the gates in zrh for the gradient."""
        H, T = self.hidden_size, len(x)
        self.x = x
        self.states = np.empty((T + 1, H))
        self.states[0] = h0
        self.zrh = np.empty((T, 3 * H))
        cur = np.empty(H)
        for t in range(T):
            prev = self.states[t]
            zrh = self.zrh[t]
            zrh[...] = self.W @ x[t] + self.B
            zrh[: 2 * H] += self.R[: 2 * H] @ prev
            reset_gate(prev, zrh[H : 2 * H], cur)
            zrh[2 * H :] += self.R[2 * H :] @ cur
            output_gate(zrh[2 * H :], zrh[:H], prev, self.states[t + 1])
        return self.states[1:]

    def backward(self, d_states):
        H = self.hidden_size
        dW, dR, dB = np.zeros_like(self.W), np.zeros_like(self.R), np.zeros_like(self.B)
        dx = np.zeros_like(self.x)
        dh = np.zeros(H)
        for t in range(len(self.x) - 1, -1, -1):
            dh = dh + d_states[t]
            z, r, h = self.zrh[t].reshape(3, H)
            prev = self.states[t]
            dah = dh * (1 - z) * (1 - h**2)
            daz = dh * (prev - h) * z * (1 - z)
            d_reset = self.R[2 * H :].T @ dah
            dar = d_reset * prev * r * (1 - r)
            da = np.concatenate([daz, dar, dah])
            dW += np.outer(da, self.x[t])
            dB += da
            dR[: 2 * H] += np.outer(da[: 2 * H], prev)
            dR[2 * H :] += np.outer(dah, r * prev)
            dx[t] = self.W.T @ da
            dh = dh * z + d_reset * r + self.R[: 2 * H].T @ da[: 2 * H]
        return dx, dW, dR, dB, dh


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    gru = GRU(rng.normal(size=(9, 2)), rng.normal(size=(9, 3)), np.zeros(9))
    states = gru.forward(rng.normal(size=(4, 2)), np.zeros(3))
    print(states[-1], gru.backward(np.ones_like(states))[0])
