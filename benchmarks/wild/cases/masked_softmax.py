import numpy as np


def softmax(x, axis=-1, where=None, initial=-np.inf):
    """Softmax over the elements that where selects; the others are 0."""
    where = np.ones_like(x, dtype=bool) if where is None else where
    x_max = np.max(x, axis=axis, keepdims=True, where=where, initial=initial)
    unnormalized = np.exp(x - x_max)
    total = np.sum(unnormalized, axis=axis, keepdims=True, where=where)
    result = np.where(where, unnormalized / total, 0)
    return result, (unnormalized, total, where, axis)


def softmax_vjp(g, residuals):
    unnormalized, total, where, axis = residuals
    g = np.where(where, g, 0)
    g_total = -np.sum(g * unnormalized, axis=axis, keepdims=True) / total**2
    g_unnormalized = g / total + np.where(where, g_total, 0)
    return g_unnormalized * unnormalized


class Attention:
    """One query over keys of which some are padding."""

    def __init__(self, dim, seed=0):
        rng = np.random.default_rng(seed)
        self.wq = rng.normal(size=(dim, dim)) / dim**0.5

    def forward(self, query, keys, values, valid):
        self.query, self.keys, self.values = query, keys, values
        self.weights, self.residuals = softmax(keys @ (self.wq @ query), where=valid)
        return self.weights @ values

    def backward(self, g):
        g_scores = softmax_vjp(self.values @ g, self.residuals)
        return np.outer(self.keys.T @ g_scores, self.query)


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    attention = Attention(4)
    query, keys, values = rng.normal(size=4), rng.normal(size=(5, 4)), rng.normal(size=(5, 2))
    valid = np.array([True, True, True, False, False])
    for _ in range(20):
        out = attention.forward(query, keys, values, valid)
        attention.wq -= 0.1 * attention.backward(out - values[0])
    print(np.sum((out - values[0]) ** 2))
