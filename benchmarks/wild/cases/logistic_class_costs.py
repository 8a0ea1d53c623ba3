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
