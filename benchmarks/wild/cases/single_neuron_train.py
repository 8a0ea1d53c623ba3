import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def train_neuron(features, labels, initial_weights, initial_bias, learning_rate, epochs):
    """One neuron with a sigmoid, mean squared error, full-batch gradient descent."""
    weights, bias = np.array(initial_weights), initial_bias
    features, labels = np.array(features), np.array(labels)
    mse_values = []
    for _ in range(epochs):
        predictions = sigmoid(np.dot(features, weights) + bias)
        mse_values.append(np.mean((predictions - labels) ** 2))

        errors = predictions - labels
        slopes = errors * predictions * (1 - predictions)
        weight_gradients = (1 / len(labels)) * np.dot(features.T, slopes)
        bias_gradient = (1 / len(labels)) * np.sum(slopes)

        weights = weights - learning_rate * weight_gradients
        bias = bias - learning_rate * bias_gradient
    return weights, bias, mse_values


if __name__ == "__main__":
    X = [[1.0, 2.0], [2.0, 1.0], [-1.0, -2.0]]
    print(train_neuron(X, [1, 0, 0], [0.1, -0.2], 0.0, 0.1, 2))
