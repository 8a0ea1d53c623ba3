import numpy as np


class Loss:
    def loss(self, predicted, actual):
        raise NotImplementedError

    def grad(self, predicted, actual):
        raise NotImplementedError


class MSELoss(Loss):
    def loss(self, predicted, actual):
        m = predicted.shape[0]
        return 0.5 * np.sum((predicted - actual) ** 2) / m

    def grad(self, predicted, actual):
        m = predicted.shape[0]
        return (predicted - actual) / m


class SigmoidCrossEntropyLoss(Loss):
    def loss(self, logits, labels):
        m = logits.shape[0]
        cost = -labels * logits + np.log(1 + np.exp(logits))
        return np.sum(cost) / m

    def grad(self, logits, labels):
        m = logits.shape[0]
        sigmoid = 1.0 / (1 + np.exp(-logits))
        return (sigmoid - labels) / m


class Dense:
    def __init__(self, num_in, num_out):
        self.params = {"w": 0.2 * np.random.randn(num_in, num_out), "b": np.zeros((1, num_out))}
        self.grads = {}

    def forward(self, inputs):
        self.inputs = inputs
        return inputs @ self.params["w"] + self.params["b"]

    def backward(self, grad):
        self.grads["w"] = self.inputs.T @ grad
        self.grads["b"] = np.sum(grad, axis=0, keepdims=True)
        return grad @ self.params["w"].T


class Model:
    def __init__(self, net, loss, lr=0.5):
        self.net, self.loss, self.lr = net, loss, lr

    def train_step(self, inputs, targets):
        preds = self.net.forward(inputs)
        loss = self.loss.loss(preds, targets)
        self.net.backward(self.loss.grad(preds, targets))
        for key in self.net.params:
            self.net.params[key] -= self.lr * self.net.grads[key]
        return loss


if __name__ == "__main__":
    np.random.seed(31)
    x = np.random.randn(80, 3)
    y = (x @ np.array([[1.0], [-2.0], [0.5]]) > 0).astype(float)
    model = Model(Dense(3, 1), SigmoidCrossEntropyLoss())
    for step in range(40):
        loss = model.train_step(x, y)
    print(loss)
