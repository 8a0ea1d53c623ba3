import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_prime(x):
    return sigmoid(x) * (1 - sigmoid(x))


def kl_divergence(x, y):
    return x * np.log(x / y) + (1 - x) * np.log((1 - x) / (1 - y))


def split(theta, visible_size, hidden_size):
    n = hidden_size * visible_size
    w1 = theta[:n].reshape(hidden_size, visible_size)
    w2 = theta[n : 2 * n].reshape(visible_size, hidden_size)
    return w1, w2, theta[2 * n : 2 * n + hidden_size], theta[2 * n + hidden_size :]


# lambda_: weight decay, sparsity_param: the average activation that is wanted of a hidden unit,
# beta: weight of the sparsity penalty, data: visible_size x m, a column for each example
def sparse_autoencoder_cost(theta, visible_size, hidden_size, lambda_, sparsity_param, beta, data):
    w1, w2, b1, b2 = split(theta, visible_size, hidden_size)
    m = data.shape[1]

    # forward propagation
    z2 = w1.dot(data) + np.tile(b1, (m, 1)).transpose()
    a2 = sigmoid(z2)
    z3 = w2.dot(a2) + np.tile(b2, (m, 1)).transpose()
    h = sigmoid(z3)

    # sparsity
    rho_hat = np.sum(a2, axis=1) / m
    rho = np.tile(sparsity_param, hidden_size)

    cost = np.sum((h - data) ** 2) / (2 * m)
    cost += (lambda_ / 2) * (np.sum(w1**2) + np.sum(w2**2))
    cost += beta * np.sum(kl_divergence(rho, rho_hat))

    # backprop
    sparsity_delta = np.tile(-rho / rho_hat + (1 - rho) / (1 - rho_hat), (m, 1)).transpose()
    delta3 = -(data - h) * sigmoid_prime(z3)
    delta2 = (w2.transpose().dot(delta3) + beta * sparsity_delta) * sigmoid_prime(z2)
    w1grad = delta2.dot(data.transpose()) / m + lambda_ * w1
    w2grad = delta3.dot(a2.transpose()) / m + lambda_ * w2
    b1grad = np.sum(delta2, axis=1) / m
    b2grad = np.sum(delta3, axis=1) / m
    return cost, np.concatenate((w1grad.ravel(), w2grad.ravel(), b1grad, b2grad))


def initialize(hidden_size, visible_size, rng):
    r = np.sqrt(6) / np.sqrt(hidden_size + visible_size + 1)
    weights = rng.uniform(-r, r, size=2 * hidden_size * visible_size)
    return np.concatenate((weights, np.zeros(hidden_size + visible_size)))


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    patches = np.clip(0.5 + 0.1 * rng.normal(size=(16, 100)), 0.1, 0.9)
    theta = initialize(6, 16, rng)
    for i in range(60):
        cost, grad = sparse_autoencoder_cost(theta, 16, 6, 1e-4, 0.05, 0.3, patches)
        theta -= 0.2 * grad
    print(cost)
