import numpy as np


class LookupTable:
    """Rows of a table by the numbers of the words in a sentence."""

    def __init__(self, n_words, dim):
        self.table = np.random.normal(0, 0.1, (n_words, dim))

    def forward(self, ids):
        self.ids = ids
        return self.table[ids]

    def backward(self, grad):
        self.grad_table = np.zeros_like(self.table)
        self.grad_table[self.ids] += grad
        return self.grad_table

    def step(self, lr):
        self.table -= lr * self.grad_table


if __name__ == "__main__":
    words = np.array([[0, 3, 3], [1, 0, 3]])
    layer = LookupTable(5, 2)
    out = layer.forward(words)
    print(layer.backward(np.ones_like(out)))
