import numpy as np


class LossIndex:
    def __init__(self, weight=0.1, method="L2"):
        self.weight = weight
        self.method = method

    def regularization(self, parameters):
        return self.weight * np.sum(parameters**2)

    def regularization_gradient(self, parameters):
        return 2 * self.weight * parameters

    def calculate_error(self, inputs, targets, parameters):
        outputs = inputs @ parameters
        return np.sum((outputs - targets) ** 2) / len(inputs) + self.regularization(parameters)

    def back_propagate(self, inputs, targets, parameters):
        outputs = inputs @ parameters
        output_delta = 2 * (outputs - targets) / len(inputs)
        layer_gradient = inputs.T @ output_delta
        gradient = np.zeros(parameters.shape)
        gradient += layer_gradient
        layer_gradient = layer_gradient + self.regularization_gradient(parameters)
        return gradient


index = LossIndex(0.1)
X = np.linspace(-1, 1, 12).reshape(6, 2)
t = np.linspace(0, 1, 6)
w = np.array([0.3, -0.7])
for _ in range(20):
    w -= 0.1 * index.back_propagate(X, t, w)
