import numpy as np

np.random.seed(1)


def relu(x):
    return (x > 0) * x


def relu2deriv(output):
    return output > 0


streetlights = np.array([[1, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1]])
walk_vs_stop = np.array([[1, 1, 0, 0]]).T

alpha = 0.2
hidden_size = 4

weights_0_1 = 2 * np.random.random((3, hidden_size)) - 1
weights_1_2 = 2 * np.random.random((hidden_size, 1)) - 1


def step(layer_0, target, weights_0_1, weights_1_2):
    layer_1 = relu(np.dot(layer_0, weights_0_1))
    layer_2 = np.dot(layer_1, weights_1_2)
    error = np.sum((layer_2 - target) ** 2) / 2

    layer_2_delta = target - layer_2
    layer_1_delta = layer_2_delta.dot(weights_1_2.T) * relu2deriv(layer_1)

    weights_1_2 = weights_1_2 + alpha * layer_1.T.dot(layer_2_delta)
    weights_0_1 = weights_0_1 + alpha * layer_0.T.dot(layer_1_delta)
    return error, weights_0_1, weights_1_2


for iteration in range(60):
    total = 0
    for i in range(len(streetlights)):
        lights, walk = streetlights[i : i + 1], walk_vs_stop[i : i + 1]
        error, weights_0_1, weights_1_2 = step(lights, walk, weights_0_1, weights_1_2)
        total += error
    if iteration % 10 == 9:
        print("Error:", total)
