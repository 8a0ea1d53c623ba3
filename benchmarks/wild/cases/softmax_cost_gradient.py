import numpy as np


def softmax(z):
    e = np.exp(z)
    return e / np.sum(e)


def cost(z, y):
    s = softmax(z)
    return -np.sum(y * np.log(s)) / len(y)


def cost_gradient(z, y):
    return softmax(z) - y


def numerical_derivative(z, y, h=1e-6):
    slopes = []
    for i in range(len(z)):
        moved = z.copy()
        moved[i] += h
        slopes.append((cost(moved, y) - cost(z, y)) / h)
    return np.array(slopes)


if __name__ == "__main__":
    z = np.array([1.1, 2.2, 0.3, -1.7])
    y = np.array([0, 0, 1, 0])
    print(cost_gradient(z, y))
    print(numerical_derivative(z, y))
