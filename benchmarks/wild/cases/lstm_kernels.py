import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_forward_sequence(x, Wi, Wh, b, h0, c0):
    """x: (T, N, in), Wi: (4H, in), Wh: (4H, H). Gates in the order input, forget, candidate, output."""
    T, N, _ = x.shape
    H = h0.shape[1]
    h, c = h0, c0
    out, saved = np.zeros((T, N, H)), []
    for t in range(T):
        z = x[t] @ Wi.T + h @ Wh.T + b
        i, f = sigmoid(z[:, :H]), sigmoid(z[:, H : 2 * H])
        g, o = np.tanh(z[:, 2 * H : 3 * H]), sigmoid(z[:, 3 * H :])
        c_prev, h_prev = c, h
        c = f * c_prev + i * g
        h = o * np.tanh(c)
        saved.append((i, f, g, o, c, c_prev, h_prev))
        out[t] = h
    return out, saved


def lstm_backward_sequence(grad_out, x, Wi, Wh, saved):
    T, N, n_in = x.shape
    H = grad_out.shape[2]
    grad_input = np.zeros_like(x)
    grad_Wi, grad_Wh, grad_b = np.zeros_like(Wi), np.zeros_like(Wh), np.zeros(4 * H)
    dH = np.zeros((N, H))
    dC = np.zeros((N, H))
    for t in reversed(range(T)):
        i, f, g, o, c, c_prev, h_prev = saved[t]
        dH = dH + grad_out[t]
        tanh_c = np.tanh(c)
        dO = dH * tanh_c * o * (1 - o)
        dC = dC + dH * o * (1 - tanh_c**2)
        dI = dC * g * i * (1 - i)
        dG = dC * i * (1 - g**2)
        dF = dC * c_prev * f * (1 - f)
        dC_prev = dC * f

        gates = np.hstack([dI, dF, dG, dO])
        grad_Wi += gates.T @ x[t]
        grad_Wh += gates.T @ h_prev
        grad_b += gates.sum(axis=0)
        grad_input[t] = gates @ Wi

        dH = np.zeros((N, H))
        dC = dC_prev
    return grad_input, grad_Wi, grad_Wh, grad_b, dC


class LSTM:
    def __init__(self, n_in, hidden):
        scale = 1 / np.sqrt(hidden)
        self.Wi = np.random.uniform(-scale, scale, (4 * hidden, n_in))
        self.Wh = np.random.uniform(-scale, scale, (4 * hidden, hidden))
        self.b = np.zeros(4 * hidden)
        self.hidden = hidden

    def forward(self, x):
        self.x = x
        h0 = np.zeros((x.shape[1], self.hidden))
        out, self.saved = lstm_forward_sequence(x, self.Wi, self.Wh, self.b, h0, h0)
        return out

    def backward(self, grad_out):
        grads = lstm_backward_sequence(grad_out, self.x, self.Wi, self.Wh, self.saved)
        grad_input, self.grad_Wi, self.grad_Wh, self.grad_b, _ = grads
        return grad_input


if __name__ == "__main__":
    net = LSTM(2, 5)
    x = np.random.randn(6, 3, 2)
    for _ in range(10):
        out = net.forward(x)
        net.backward(out - 0.1)
        for name in ("Wi", "Wh", "b"):
            setattr(net, name, getattr(net, name) - 0.1 * getattr(net, "grad_" + name))
    print(np.mean((out - 0.1) ** 2))
