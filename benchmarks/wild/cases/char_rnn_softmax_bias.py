"""A recurrent network that writes text character by character."""

import numpy as np


def softmax(v):
    e = np.exp(v - np.max(v))
    return e / e.sum()


class RecurrentNN:
    def __init__(self, vocab_size, h_size=20, seq_len=8, learning_rate=1e-1):
        self.vocab_size, self.h_size, self.seq_len, self.lr = vocab_size, h_size, seq_len, learning_rate
        self.U = np.random.randn(h_size, vocab_size) * 0.1
        self.W = np.random.randn(h_size, h_size) * 0.1
        self.V = np.random.randn(vocab_size, h_size) * 0.1
        self.b = np.zeros((h_size, 1))
        self.c = np.zeros((vocab_size, 1))

    def forward(self, inputs, hprev):
        """Characters are numbers; all time steps are kept."""
        self.xs, self.hs, self.ps = {}, {-1: hprev}, {}
        for t, char in enumerate(inputs):
            self.xs[t] = np.zeros((self.vocab_size, 1))
            self.xs[t][char] = 1
            self.hs[t] = np.tanh(self.U @ self.xs[t] + self.W @ self.hs[t - 1] + self.b)
            self.ps[t] = softmax(self.V @ self.hs[t] + self.c)
        return self.ps

    def loss(self, inputs, targets, hprev):
        ps = self.forward(inputs, hprev)
        return sum(-np.log(ps[t][target, 0]) for t, target in enumerate(targets))

    def backward(self, targets):
        dU, dW, dV = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.V)
        db, dc = np.zeros_like(self.b), np.zeros_like(self.c)
        dh_next = np.zeros_like(self.b)

        for t in reversed(range(len(targets))):
            # through the softmax
            dy = np.copy(self.ps[t])
            dy[targets[t]] -= 1
            dV += dy @ self.hs[t].T
            dc += dc

            dh = self.V.T @ dy + dh_next
            dh_rec = (1 - self.hs[t] * self.hs[t]) * dh
            db += dh_rec
            dU += dh_rec @ self.xs[t].T
            dW += dh_rec @ self.hs[t - 1].T
            dh_next = self.W.T @ dh_rec
        return dU, dW, dV, db, dc

    def update_model(self, gradients):
        for parameter, gradient in zip((self.U, self.W, self.V, self.b, self.c), gradients):
            parameter += -self.lr * np.clip(gradient, -5, 5)

    def sample(self, h, seed, n):
        chars = [seed]
        for _ in range(n):
            p = self.forward([chars[-1]], h)[0]
            h = self.hs[0]
            chars.append(int(np.random.choice(self.vocab_size, p=p.ravel())))
        return chars


if __name__ == "__main__":
    text = "to be or not to be that is the question "
    vocab = sorted(set(text))
    data = [vocab.index(char) for char in text]
    np.random.seed(5)
    model = RecurrentNN(len(vocab))
    for epoch in range(40):
        h = np.zeros((model.h_size, 1))
        for k in range(0, len(data) - model.seq_len - 1, model.seq_len):
            inputs, targets = data[k : k + model.seq_len], data[k + 1 : k + model.seq_len + 1]
            smooth = model.loss(inputs, targets, h)
            model.update_model(model.backward(targets))
            h = model.hs[model.seq_len - 1]
    print(smooth, "".join(vocab[i] for i in model.sample(np.zeros((model.h_size, 1)), 0, 30)))
