import numpy as np


class Perceptron:
    def __init__(self):
        self.lr = 0.5

    def sig(self, x):
        return 1 / (1 + np.exp(-x))

    def error(self, y, youtput):
        return 0.5 * np.sum((np.asarray(y) - np.asarray(youtput)) ** 2)

    def forward(self, x, w0, w1):
        h0 = self.sig(w0[0, 0] * x[0] + w0[1, 0] * x[1])
        h1 = self.sig(w0[0, 1] * x[0] + w0[1, 1] * x[1])
        y0 = self.sig(w1[0] * h0 + w1[1] * h1)
        return h0, h1, y0

    def backpropagation(self, x, y, w0, w1):
        h0, h1, y0 = self.forward(x, w0, w1)
        dey0 = -(y - y0)  # y -> desired output | y0 -> output

        deW0_00 = dey0 * y0 * (1 - y0) * w1[0] * h0 * (1 - h0) * x[0]
        deW0_01 = dey0 * y0 * (1 - y0) * w1[1] * h1 * (1 - h1) * x[0]
        deW0_10 = dey0 * y0 * (1 - y0) * w1[0] * h0 * (1 - h0) * x[1]
        deW0_11 = dey0 * y0 * (1 - y0) * w1[1] * h1 * (1 - h1) * x[1]

        deW1_00 = dey0 * h0
        deW1_10 = dey0 * h1
        return np.array([[deW0_00, deW0_01], [deW0_10, deW0_11]]), np.array([deW1_00, deW1_10])

    def gradient(self, w, de):
        return w - self.lr * de

    def xor(self, epochs=300):
        print("xor")
        X = np.array([[1, 1], [1, 0], [0, 1], [0, 0]])  # X.shape = (4, 2)
        y = np.array([0, 1, 1, 0])
        w0 = np.array([[0.9, 0.1], [0.3, 0.5]])
        w1 = np.array([0.8, 0.7])
        for _ in range(epochs):
            for i in range(X.shape[0]):
                deW0, deW1 = self.backpropagation(X[i], y[i], w0, w1)
                w0 = self.gradient(w0, deW0)
                w1 = self.gradient(w1, deW1)
        youtput = [self.forward(x, w0, w1)[2] for x in X]
        print("error -> ", self.error(y, youtput))


if __name__ == "__main__":
    Perceptron().xor()
