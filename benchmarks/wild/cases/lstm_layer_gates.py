"""A layer of LSTM cells that keeps what it needs of each time step in lists; samples are columns."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class LstmLayer:
    def __init__(self, input_width, state_width):
        self.state_width = state_width
        wide = input_width + state_width
        self.Wf, self.Wi, self.Wo, self.Wc = (np.random.randn(state_width, wide) for _ in range(4))
        self.bf, self.bi, self.bo, self.bc = (np.zeros((state_width, 1)) for _ in range(4))

    def forward(self, xs):
        start = np.zeros((self.state_width, xs[0].shape[1]))
        self.h_list, self.c_list = [start], [start]
        self.z_list, self.gates = [], []
        for x in xs:
            z = np.vstack([self.h_list[-1], x])
            f = sigmoid(self.Wf @ z + self.bf)
            i = sigmoid(self.Wi @ z + self.bi)
            o = sigmoid(self.Wo @ z + self.bo)
            ct = np.tanh(self.Wc @ z + self.bc)
            c = f * self.c_list[-1] + i * ct
            self.z_list.append(z)
            self.gates.append((f, i, o, ct))
            self.c_list.append(c)
            self.h_list.append(o * np.tanh(c))
        return self.h_list[-1]

    def backward(self, delta_h):
        self.Wf_grad, self.Wi_grad, self.Wo_grad, self.Wc_grad = (np.zeros_like(self.Wf) for _ in range(4))
        self.bf_grad, self.bi_grad, self.bo_grad, self.bc_grad = (np.zeros_like(self.bf) for _ in range(4))
        delta_c = np.zeros_like(delta_h)
        for t in reversed(range(len(self.z_list))):
            (f, i, o, ct), z = self.gates[t], self.z_list[t]
            tanh_c = np.tanh(self.c_list[t + 1])
            delta_c = delta_c + delta_h * o * (1 - tanh_c**2)
            delta_o = delta_h * tanh_c * o * (1 - o)
            delta_f = delta_c * self.c_list[t] * f * (1 - f)
            delta_i = delta_c * ct * i * (1 - i)
            delta_ct = delta_c * i * (1 - ct**2)

            self.Wf_grad += delta_f @ z.T
            self.bf_grad += delta_f.sum(axis=1, keepdims=True)
            self.Wi_grad += delta_i @ z.T
            self.bi_grad += delta_f.sum(axis=1, keepdims=True)
            self.Wo_grad += delta_o @ z.T
            self.bo_grad += delta_f.sum(axis=1, keepdims=True)
            self.Wc_grad += delta_ct @ z.T
            self.bc_grad += delta_ct.sum(axis=1, keepdims=True)

            delta_z = self.Wf.T @ delta_f + self.Wi.T @ delta_i + self.Wo.T @ delta_o + self.Wc.T @ delta_ct
            delta_h = delta_z[: self.state_width]
            delta_c = delta_c * f
