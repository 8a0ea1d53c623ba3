"""Logistic regression with the cost of each class on a line of its own."""

import numpy as np


def predict(features, weights):
    return 1.0 / (1 + np.exp(-np.dot(features, weights)))


def cost_function(features, labels, weights):
    observations = len(labels)
    predictions = predict(features, weights)
    # cost where label is 1
    class1_cost = -labels * np.log(predictions)
    # cost where label is 0
    class2_cost = (1 - labels) * np.log(1 - predictions)
    cost = class1_cost + class2_cost
    return cost.sum() / observations


def gradient(features, labels, weights):
    predictions = predict(features, weights)
    return np.dot(features.T, predictions - labels) / len(features)


if __name__ == "__main__":
    features = np.random.randn(50, 3)
    labels = (features.sum(axis=1) > 0).astype(float)
    weights = np.zeros(3)
    cost_history = []
    for _ in range(100):
        weights -= 0.1 * gradient(features, labels, weights)
        cost_history.append(cost_function(features, labels, weights))
