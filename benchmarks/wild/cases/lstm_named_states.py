"""An LSTM unrolled over time, its states and parameters as named tuples."""

from collections import namedtuple

import numpy as np

LSTMState = namedtuple("LSTMState", ["c", "h"])
LSTMParam = namedtuple("LSTMParam", ["i2h_weight", "i2h_bias", "h2h_weight"])
LSTMSaved = namedtuple("LSTMSaved", ["indata", "prev", "i", "g", "f", "o", "c"])


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm(indata, prev_state, param):
    gates = indata.dot(param.i2h_weight.T) + param.i2h_bias + prev_state.h.dot(param.h2h_weight.T)
    in_gate, in_transform, forget_gate, out_gate = np.split(gates, 4, axis=1)
    i, g = sigmoid(in_gate), np.tanh(in_transform)
    f, o = sigmoid(forget_gate), sigmoid(out_gate)
    next_c = f * prev_state.c + i * g
    next_h = o * np.tanh(next_c)
    return LSTMState(next_c, next_h), LSTMSaved(indata, prev_state, i, g, f, o, next_c)


def lstm_unroll(seq, init_state, param):
    state, saved, outputs = init_state, [], []
    for indata in seq:
        state, step = lstm(indata, state, param)
        saved.append(step)
        outputs.append(state.h)
    return np.stack(outputs), saved


def lstm_unroll_backward(doutputs, saved, param):
    grads = LSTMParam(*(np.zeros_like(p) for p in param))
    dseq = []
    dh, dc = np.zeros_like(doutputs[0]), np.zeros_like(doutputs[0])
    for t in range(len(saved) - 1, -1, -1):
        s = saved[t]
        dht = doutputs[t] + dh
        tanh_c = np.tanh(s.c)
        dct = dht * s.o * (1.0 - tanh_c * tanh_c)

        dgates = np.hstack(
            [
                dct * s.g * s.i * (1 - s.i),
                dct * s.i * (1 - s.g * s.g),
                dct * s.prev.c * s.f * (1 - s.f),
                dht * tanh_c * s.o * (1 - s.o),
            ]
        )
        dc = dct * s.f
        dh = dgates.dot(param.h2h_weight)
        dseq.append(dgates.dot(param.i2h_weight))
        grads.i2h_weight[...] += dgates.T.dot(s.indata)
        grads.i2h_bias[...] += dgates.sum(axis=0)
        grads.h2h_weight[...] += dgates.T.dot(s.prev.h)
    return np.stack(dseq[::-1]), LSTMState(dc, dh), grads


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    param = LSTMParam(rng.normal(size=(12, 4)), np.zeros(12), rng.normal(size=(12, 3)))
    init = LSTMState(np.zeros((2, 3)), np.zeros((2, 3)))
    outputs, saved = lstm_unroll(rng.normal(size=(5, 2, 4)), init, param)
    print([part.shape for part in lstm_unroll_backward(np.ones_like(outputs), saved, param)[2]])
