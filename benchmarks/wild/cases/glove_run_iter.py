import numpy as np


def run_iter(W, b, cooccurrences, lr, x_max=100.0, power=0.75):
    """One pass over (i, j, count); W holds a row for each word, b a bias. Returns the cost before it."""
    cost = 0.0
    for i, j, count in cooccurrences:
        weight = (count / x_max) ** power if count < x_max else 1.0
        inner = W[i] @ W[j] + b[i] + b[j] - np.log(count)
        cost += 0.5 * weight * inner**2

        W[i] -= lr * weight * inner * W[j]
        W[j] -= lr * weight * inner * W[i]
        b[i] -= lr * weight * inner
        b[j] -= lr * weight * inner
    return cost


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(5, 3)), np.zeros(5)
    pairs = [(0, 1, 3.0), (1, 2, 1.0), (3, 4, 7.0), (0, 4, 2.0)]
    for iteration in range(10):
        run_iter(W, b, pairs, 0.05)
