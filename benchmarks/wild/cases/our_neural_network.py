"""A net of three neurons, written out number by number: h1 and h2 see both inputs, o1 sees h1 and h2."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoid_slope(z):
    s = sigmoid(z)
    return s * (1 - s)


def mse_loss(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)


class TinyNetwork:
    def __init__(self):
        self.w1, self.w2, self.w3, self.w4, self.w5, self.w6 = np.random.normal(size=6)
        self.b1, self.b2, self.b3 = np.random.normal(size=3)

    def sums(self, x):
        """What goes into the three neurons."""
        s1 = self.w1 * x[0] + self.w2 * x[1] + self.b1
        s2 = self.w3 * x[0] + self.w4 * x[1] + self.b2
        s3 = self.w5 * sigmoid(s1) + self.w6 * sigmoid(s2) + self.b3
        return s1, s2, s3

    def feedforward(self, x):
        return sigmoid(self.sums(x)[2])

    def train(self, inputs, targets, rate=0.1, epochs=1000):
        for _ in range(epochs):
            for x, target in zip(inputs, targets):
                s1, s2, s3 = self.sums(x)

                dL_dy = -2 * (target - sigmoid(s3))
                dL_ds3 = dL_dy * sigmoid_slope(s3)
                dL_ds1 = dL_ds3 * self.w5 * sigmoid_slope(s1)
                dL_ds2 = dL_ds3 * self.w6 * sigmoid_slope(s2)

                self.w5 -= rate * dL_ds3 * sigmoid(s1)
                self.w6 -= rate * dL_ds3 * sigmoid(s2)
                self.b3 -= rate * dL_ds3
                self.w1 -= rate * dL_ds1 * x[0]
                self.w2 -= rate * dL_ds1 * x[1]
                self.b1 -= rate * dL_ds1
                self.w3 -= rate * dL_ds2 * x[0]
                self.w4 -= rate * dL_ds2 * x[1]
                self.b2 -= rate * dL_ds2


if __name__ == "__main__":
    people = np.array([[-2, -1], [25, 6], [17, 4], [-15, -6]])
    labels = np.array([1, 0, 0, 1])
    net = TinyNetwork()
    net.train(people, labels, epochs=100)
    print(mse_loss(labels, np.array([net.feedforward(person) for person in people])))
