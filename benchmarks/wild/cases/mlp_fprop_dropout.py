"""A feed-forward network with dropout on inputs and hidden layers; p is the probability to keep."""

import numpy as np


class Linear:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.uniform(-0.1, 0.1, (n_in, n_out))
        self.b = np.zeros(n_out)

    def fprop(self, inputs):
        return inputs.dot(self.W) + self.b

    def bprop(self, deltas):
        return deltas.dot(self.W.T)

    def pgrads(self, inputs, deltas):
        return inputs.T.dot(deltas), deltas.sum(axis=0)


class MLP:
    def __init__(self, sizes=(4, 5, 3), p_inp_keep=0.8, p_hid_keep=0.5, seed=0):
        rng = np.random.RandomState(seed)
        self.layers = [Linear(a, b, rng) for a, b in zip(sizes[:-1], sizes[1:])]
        self.p_inp_keep = p_inp_keep
        self.p_hid_keep = p_hid_keep
        self.rng = rng

    def draw_masks(self, n):
        keep = [self.p_inp_keep] + [self.p_hid_keep] * (len(self.layers) - 1)
        return [self.rng.binomial(1, p, (n, layer.W.shape[0])) for p, layer in zip(keep, self.layers)]

    def fprop_dropout(self, x, masks):
        self.masks = masks
        p_inp_scaler, p_hid_scaler = 1.0 / self.p_inp_keep, 1.0 / self.p_hid_keep
        h = p_inp_scaler * x
        self.inputs = []
        for i, layer in enumerate(self.layers):
            h = p_hid_scaler * h * masks[i]
            self.inputs.append(h)
            h = layer.fprop(h)
        return h

    def bprop_dropout(self, deltas):
        grads = []
        for i in range(len(self.layers) - 1, -1, -1):
            grads.append(self.layers[i].pgrads(self.inputs[i], deltas))
            scaler = 1.0 / self.p_inp_keep if i == 0 else 1.0 / self.p_hid_keep
            deltas = scaler * self.masks[i] * self.layers[i].bprop(deltas)
        return deltas, grads[::-1]
