import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_layer(x, Wx, Wr, b):
    """x (T, N, nIn); gates i, f, z, o. Returns the series, the last output and the last cell state."""
    T, N, _ = x.shape
    n_out = Wr.shape[0]
    y, c = np.zeros((N, n_out)), np.zeros((N, n_out))
    ys, cache = [], []
    for t in range(T):
        i, f, z, o = np.split(x[t] @ Wx + y @ Wr + b, 4, axis=1)
        i, f, z, o = sigmoid(i), sigmoid(f), np.tanh(z), sigmoid(o)
        c_new = f * c + i * z
        h = np.tanh(c_new)
        cache.append((x[t], y, c, i, f, z, o, h))
        c, y = c_new, o * h
        ys.append(y)
    return (np.stack(ys), y, c), cache


def lstm_layer_bp(cache, Wx, Wr, dLdy, dLdyLast, dLdcLast):
    T = len(cache)
    N, n_out = cache[0][1].shape
    dWx, dWr, db = np.zeros_like(Wx), np.zeros_like(Wr), np.zeros(4 * n_out)
    dx = np.zeros((T, N, Wx.shape[0]))
    dyNext, dcNext = np.zeros((N, n_out)), np.zeros((N, n_out))
    for t in reversed(range(T)):
        xt, yPrev, cPrev, i, f, z, o, h = cache[t]
        dy = dLdy[t] + dyNext
        if t == T - 1:
            dy = dy + dLdyLast
        dc = dy * o * (1 - h**2) + dcNext
        dz = np.hstack(
            [
                dc * z * i * (1 - i),
                dc * cPrev * f * (1 - f),
                dc * i * (1 - z**2),
                dy * h * o * (1 - o),
            ]
        )
        dx[t] = dz @ Wx.T
        dWx += xt.T @ dz
        dWr += yPrev.T @ dz
        db += dz.sum(axis=0)
        dyNext, dcNext = dz @ Wr.T, dc * f
    return dx, dWx, dWr, db


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x, target = rng.normal(size=(6, 3, 2)), rng.normal(size=(3, 4))
    Wx, Wr, b = 0.3 * rng.normal(size=(2, 16)), 0.3 * rng.normal(size=(4, 16)), np.zeros(16)
    for epoch in range(30):
        (ys, yLast, cLast), cache = lstm_layer(x, Wx, Wr, b)
        diff = yLast - target
        dx, dWx, dWr, db = lstm_layer_bp(cache, Wx, Wr, np.zeros_like(ys), diff, np.zeros_like(cLast))
        Wx, Wr, b = Wx - 0.1 * dWx, Wr - 0.1 * dWr, b - 0.1 * db
    print(0.5 * np.sum(diff**2))
