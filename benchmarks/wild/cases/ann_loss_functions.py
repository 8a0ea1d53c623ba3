import numpy as np


class L1Loss:
    """The sum or the mean of the absolute differences; a column for each point."""

    def __init__(self, mean=True):
        self.mean = mean

    def forward(self, prediction, target):
        if self.mean:
            return np.mean(prediction - target)
        return np.sum(prediction - target)

    def backward(self, prediction, target):
        loss = np.sign(prediction - target)
        if self.mean:
            loss = loss / prediction.size
        return loss


class MeanSquaredError:
    def forward(self, prediction, target):
        return np.sum((prediction - target) ** 2) / target.shape[1]

    def backward(self, prediction, target):
        return 2 * (prediction - target) / target.shape[1]


class LogCoshLoss:
    def __init__(self, a=1.0):
        self.a = a

    def forward(self, prediction, target):
        return np.sum(np.log(np.cosh(self.a * (target - prediction)))) / self.a

    def backward(self, prediction, target):
        return np.tanh(self.a * (prediction - target))


class Linear:
    def __init__(self, in_size, out_size, rng):
        self.weight, self.bias = 0.1 * rng.normal(size=(out_size, in_size)), np.zeros((out_size, 1))

    def forward(self, x):
        self.x = x
        return self.weight @ x + self.bias

    def step(self, error, rate):
        self.weight -= rate * error @ self.x.T
        self.bias -= rate * error.sum(axis=1, keepdims=True)


if __name__ == "__main__":
    rng = np.random.default_rng(7)
    x = rng.normal(size=(3, 40))
    target = rng.normal(size=(2, 3)) @ x + 0.05 * rng.normal(size=(2, 40))
    for criterion in (L1Loss(), MeanSquaredError(), LogCoshLoss(2.0)):
        layer = Linear(3, 2, rng)
        for _ in range(60):
            layer.step(criterion.backward(layer.forward(x), target), 0.01)
        print(type(criterion).__name__, criterion.forward(layer.forward(x), target))
