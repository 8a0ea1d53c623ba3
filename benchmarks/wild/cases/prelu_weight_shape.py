import numpy as np


class PReLU:
    def __init__(self, num_parameters=1, init=0.25):
        self.weight = np.full(num_parameters, init)

    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.weight * x)

    def backward(self, grad_output):
        self.grad_weight = np.where(self.x > 0, 0, self.x) * grad_output
        return np.where(self.x > 0, 1, self.weight) * grad_output
