import numpy as np


class Graph:
    """Operations in the order in which they were made, run backwards for the gradients."""

    def __init__(self):
        self.tape = []

    def matmul(self, x, w):
        out = x @ w
        self.tape.append(lambda g: (g @ w.T, x.T @ g))
        return out

    def leaky_relu(self, features, alpha=0.2):
        """max(alpha * features, features)"""
        out = np.maximum(alpha * features, features)
        self.tape.append(lambda g: (g * np.where(features > 0, 1.0, alpha), None))
        return out

    def gradients(self, g):
        found = []
        for op in reversed(self.tape):
            g, gw = op(g)
            if gw is not None:
                found.insert(0, gw)
        self.tape.clear()
        return g, found


def layers(graph, x, weights, alpha):
    for w in weights:
        x = graph.leaky_relu(graph.matmul(x, w), alpha)
    return x


if __name__ == "__main__":
    rng = np.random.default_rng(2)
    weights = [rng.normal(size=(3, 5)) * 0.4, rng.normal(size=(5, 1)) * 0.4]
    x, t = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))
    for _ in range(30):
        graph = Graph()
        error = layers(graph, x, weights, 0.2) - t
        _, grads = graph.gradients(error / 20)
        weights = [w - 0.1 * g for w, g in zip(weights, grads)]
    print(np.mean(error**2))
