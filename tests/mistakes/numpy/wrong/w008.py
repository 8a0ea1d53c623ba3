import numpy as np


class Embedding:
    def __init__(self, vocab_size, dim):
        self.W = 0.01 * np.random.randn(vocab_size, dim)
        self.dW = None
        self.idx = None

    def forward(self, idx):
        self.idx = idx
        return self.W[idx]

    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        self.dW[self.idx] += dout
