import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_forward_single_layer(x, wx, wh, b, order):
    T, N, _ = x.shape
    H = wh.shape[1]
    h, c = np.zeros((N, H)), np.zeros((N, H))
    y, ws = np.zeros((T, N, H)), {}
    for t in order:
        gates = x[t] @ wx.T + h @ wh.T + b
        it, ft, ot = (sigmoid(gates[:, k * H : (k + 1) * H]) for k in range(3))
        gt = np.tanh(gates[:, 3 * H :])
        ct = ft * c + it * gt
        ws[t] = (it, ft, ot, gt, c, ct, h)
        h, c = ot * np.tanh(ct), ct
        y[t] = h
    return y, ws


def lstm_backward_single_layer(ws, x, dy, dx, wx, wh, order, add):
    N, H = dy.shape[1:]
    dwx, dwh, db = np.zeros_like(wx), np.zeros_like(wh), np.zeros(4 * H)
    dh, dc = np.zeros((N, H)), np.zeros((N, H))
    dgates = {}
    for t in reversed(order):
        it, ft, ot, gt, c, ct, h = ws[t]
        dh = dh + dy[t]
        tc = np.tanh(ct)
        dc = dc + dh * ot * (1 - tc * tc)
        dg = [
            dc * gt * it * (1 - it),
            dc * c * ft * (1 - ft),
            dh * tc * ot * (1 - ot),
            dc * it * (1 - gt * gt),
        ]
        dgates[t] = np.concatenate(dg, axis=1)
        dwx += dgates[t].T @ x[t]
        dwh += dgates[t].T @ h
        db += dgates[t].sum(axis=0)
        dh, dc = dgates[t] @ wh, dc * ft
    for t in order:
        dx[t] = dgates[t] @ wx + (dx[t] if add else 0)
    return dwx, dwh, db


class BiLSTM:
    def __init__(self, L, I, H, seed=0):
        rng = np.random.default_rng(seed)
        self.L, self.H = L, H
        self.params = [
            [
                (
                    rng.normal(size=(4 * H, I if i == 0 else 2 * H)),
                    rng.normal(size=(4 * H, H)),
                    rng.normal(size=4 * H),
                )
                for _ in range(2)
            ]
            for i in range(L)
        ]

    def forward(self, x):
        T = len(x)
        self.orders = (range(T), range(T - 1, -1, -1))
        self.xs, self.ws = [], []
        for i in range(self.L):
            outs = [
                lstm_forward_single_layer(x, *p, o) for p, o in zip(self.params[i], self.orders, strict=True)
            ]
            self.xs.append(x)
            self.ws.append([ws for _, ws in outs])
            x = np.concatenate([y for y, _ in outs], axis=2)
        return x

    def backward(self, dy):
        dx = np.zeros_like(self.xs[0])
        tmp = np.zeros(dy.shape)
        grads = [None] * self.L
        H, dy_ptr = self.H, dy
        for i in range(self.L - 1, -1, -1):
            dx_ptr = tmp if i > 0 else dx
            halves = (dy_ptr[:, :, :H], dy_ptr[:, :, H:])
            grads[i] = [
                lstm_backward_single_layer(
                    self.ws[i][d], self.xs[i], halves[d], dx_ptr, wx, wh, self.orders[d], d == 1
                )
                for d, (wx, wh, _) in enumerate(self.params[i])
            ]
            dy_ptr = dx_ptr
        return dx, grads


if __name__ == "__main__":
    rng = np.random.default_rng(2)
    net, x, target = BiLSTM(3, 2, 2), rng.normal(size=(4, 5, 2)), rng.uniform(-0.5, 0.5, size=(4, 5, 4))
    for step in range(20):
        y = net.forward(x)
        dx, grads = net.backward((y - target) / 5)
        for layer, dlayer in zip(net.params, grads, strict=True):
            for p, dp in zip(layer, dlayer, strict=True):
                for w, dw in zip(p, dp, strict=True):
                    w -= 0.1 * dw
    print(np.sum((y - target) ** 2) / 10)
