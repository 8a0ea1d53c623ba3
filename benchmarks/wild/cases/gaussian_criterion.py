"""Negative log-likelihood of a Gaussian given by its mean and log variance."""

import numpy as np


class GaussianCriterion:
    def forward(self, mean, log_var, target):
        self.input, self.target = (mean, log_var), target
        sq = (target - mean) ** 2 / np.exp(log_var)
        return np.sum(0.5 * (np.log(2 * np.pi) + log_var) + 0.5 * sq)

    def backward(self):
        mean, log_var = self.input
        var = np.exp(log_var)
        grad_mean = -(self.target - mean) / var
        grad_log_var = 0.25 - 0.5 * (self.target - mean) ** 2 / var
        return grad_mean, grad_log_var
