"""Linear regression: the cost to watch and the gradient to descend."""

import numpy as np


class LinearRegression:
    def __init__(self, num_features):
        self.theta = np.zeros((num_features, 1))

    @staticmethod
    def hypothesis(data, theta):
        return data @ theta

    def cost_function(self, data, labels, lambda_param):
        num_examples = data.shape[0]
        delta = LinearRegression.hypothesis(data, self.theta) - labels
        reg_param = lambda_param * (self.theta.T @ self.theta)
        cost = (1 / 2 * num_examples) * (delta.T @ delta + reg_param)
        return cost[0][0]

    def gradient(self, data, labels, lambda_param):
        num_examples = data.shape[0]
        delta = LinearRegression.hypothesis(data, self.theta) - labels
        return (1 / num_examples) * (data.T @ delta + lambda_param * self.theta)
