"""Part 1: a model with a single weight, y = x * w, and gradient descent."""

import numpy as np

np.random.seed(seed=13)
nb_of_samples = 20
x = np.random.uniform(0, 1, nb_of_samples)


def f(x):
    return x * 2


t = f(x) + np.random.randn(x.shape[0]) * 0.2


def nn(x, w):
    return x * w


def cost(y, t):
    return ((t - y) ** 2).sum()


def gradient(w, x, t):
    return 2 * x * (nn(x, w) - t)


def delta_w(w_k, x, t, learning_rate):
    return learning_rate * gradient(w_k, x, t).sum()


w = 0.1
learning_rate = 0.1
nb_of_iterations = 4
w_cost = [(w, cost(nn(x, w), t))]
for i in range(nb_of_iterations):
    dw = delta_w(w, x, t, learning_rate)
    w = w - dw
    w_cost.append((w, cost(nn(x, w), t)))

for i in range(0, len(w_cost)):
    print(f"w({i}): {w_cost[i][0]:.4f} \t cost: {w_cost[i][1]:.4f}")
