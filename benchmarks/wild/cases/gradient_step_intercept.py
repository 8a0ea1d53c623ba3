import numpy as np


class LinearRegression:
    def __init__(self, data, labels):
        self.data = np.hstack((np.ones((data.shape[0], 1)), data))
        self.labels = labels
        self.theta = np.zeros((self.data.shape[1], 1))

    def train(self, alpha, lambda_param=0, num_iterations=500):
        cost_history = []
        for _ in range(num_iterations):
            self.gradient_step(alpha, lambda_param)
            cost_history.append(self.cost_function(lambda_param))
        return self.theta, cost_history

    def gradient_step(self, alpha, lambda_param):
        num_examples = self.data.shape[0]
        delta = self.hypothesis(self.data, self.theta) - self.labels
        reg_param = 1 - alpha * lambda_param / num_examples
        theta = self.theta

        theta = theta * reg_param - alpha * (1 / num_examples) * (delta.T @ self.data).T
        # The parameter theta_zero must not be regularized.
        theta[0] = theta[0] - alpha * (1 / num_examples) * (self.data[:, 0].T @ delta).T

        self.theta = theta

    def cost_function(self, lambda_param):
        num_examples = self.data.shape[0]
        delta = self.hypothesis(self.data, self.theta) - self.labels
        penalty = lambda_param * (self.theta[1:, 0].T @ self.theta[1:, 0])
        return (1 / (2 * num_examples)) * (delta.T @ delta + penalty)[0][0]

    @staticmethod
    def hypothesis(data, theta):
        return data @ theta
