import numpy as np


class Dense:
    def __init__(self, num_in, num_out, rng):
        self.params = {"w": rng.normal(size=(num_in, num_out)) / num_in**0.5, "b": np.zeros((1, num_out))}
        self.grads = {}

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.params["w"] + self.params["b"]

    def backward(self, grad):
        self.grads["w"] = self.inputs.T @ grad
        self.grads["b"] = np.sum(grad, axis=0)
        return grad @ self.params["w"].T


class MSELoss:
    def loss(self, predicted, actual):
        m = predicted.shape[0]
        return 0.5 * np.sum((predicted - actual) ** 2) / m

    def grad(self, predicted, actual):
        m = predicted.shape[0]
        return (predicted - actual) / m


class SGD:
    def __init__(self, lr):
        self.lr = lr

    def _compute_step(self, grad):
        return -self.lr * grad


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(30, 3)), rng.normal(size=(30, 2))
    layer, loss, optimizer = Dense(3, 2, rng), MSELoss(), SGD(0.1)
    for _ in range(30):
        predicted = layer.forward(x)
        layer.backward(loss.grad(predicted, y))
        for name in layer.params:
            layer.params[name] = layer.params[name] + optimizer._compute_step(layer.grads[name])
    print(loss.loss(predicted, y))
