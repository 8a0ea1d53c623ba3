import numpy as np


class BatchNorm:
    """Batch norm for matrices with a feature in each row and a sample in each column."""

    def __init__(self, features, epsilon=1e-8):
        self.gamma = np.ones((features, 1))
        self.beta = np.zeros((features, 1))
        self.epsilon = epsilon

    def forward(self, input):
        mean = input.mean(axis=1, keepdims=True)
        variance = input.var(axis=1, keepdims=True)
        self.std_inv = 1.0 / np.sqrt(variance + self.epsilon)
        self.x_hat = (input - mean) * self.std_inv
        return self.gamma * self.x_hat + self.beta

    def backward(self, d_out):
        self.d_beta = d_out.sum(axis=1, keepdims=True)
        self.d_gamma = (d_out * self.x_hat).sum(axis=1, keepdims=True)

        m = d_out.shape[0]
        d_x_hat = d_out * self.gamma
        x_hat_sigma = (d_x_hat * self.x_hat).sum(axis=1, keepdims=True)
        d_x_hat_sigma = d_x_hat.sum(axis=1, keepdims=True)
        return self.std_inv / m * (m * d_x_hat - d_x_hat_sigma - self.x_hat * x_hat_sigma)
