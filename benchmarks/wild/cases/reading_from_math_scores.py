import numpy as np


def make_scores(n, seed=0):
    rng = np.random.default_rng(seed)
    math = np.clip(rng.normal(66, 15, size=n), 0, 100)
    reading = np.clip(0.8 * math + rng.normal(16, 9, size=n), 0, 100)
    writing = np.clip(0.9 * reading + 0.05 * math + rng.normal(2, 4, size=n), 0, 100)
    return math, reading, writing


def costf(X, y, param):
    return np.sum((X.dot(param) - y) ** 2) / 2.0


def gradient_descent(X, y, param, eta=0.001, iter=10):
    cost_history = [0] * iter

    for iteration in range(iter):
        h = X.dot(param)
        loss = h - y
        gradient = X.T.dot(loss)
        param = param - eta * gradient
        cost = costf(X, y, param)
        print(cost)
        cost_history[iteration] = cost

    return param, cost_history


if __name__ == "__main__":
    x, y, z = make_scores(1000)
    interc = np.ones(1000)
    X = np.concatenate([interc.reshape(-1, 1), x.reshape(-1, 1), y.reshape(-1, 1)], axis=1)
    param = np.array([0, 0, 0])
    param, cost_history = gradient_descent(X, z, param)
