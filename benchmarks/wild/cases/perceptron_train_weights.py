"""A perceptron of one layer that finds out which column of its input is the answer."""

import numpy as np


def squash(v, giveSlope=False):
    if giveSlope:
        return squash(v) * (1 - squash(v))
    return 1 / (1 + np.exp(-v))


def showProgress(step, inputs, keys, weights):
    print("step", step)
    print("  half squared error", cost(inputs, keys, weights))
    print("  weights", weights.ravel())


def cost(inputs, keys, weights):
    return 0.5 * np.sum((keys - squash(np.dot(inputs, weights))) ** 2)


def train(inputs, keys, weights, steps=20000):
    for step in range(steps):
        guess = squash(np.dot(inputs, weights))
        error = keys - guess
        change = error * squash(guess, True)
        weights += np.dot(inputs.T, change)
        if step in (5000, 19999):
            showProgress(step, inputs, keys, weights)
    return weights


def main():
    np.random.seed(1)
    inputs = np.array([[0.0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]])
    keys = inputs[:, :1].copy()
    weights = 2 * np.random.random((3, 1)) - 1
    train(inputs, keys, weights)
    print("after training:", squash(np.dot(inputs, weights)).ravel())


if __name__ == "__main__":
    main()
