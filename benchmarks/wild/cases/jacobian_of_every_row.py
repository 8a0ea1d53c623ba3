import numpy as np


class Softmax:
    def forward(self, X):
        E = np.exp(X - X.max(axis=1, keepdims=True))
        self.S = E / E.sum(axis=1, keepdims=True)
        return self.S

    def backward(self, dS):
        n, c = self.S.shape
        jacobians = np.zeros((n, c, c))
        for i, s in enumerate(self.S):
            jacobians[i] = np.diag(s) - np.outer(s, s)
        return np.einsum("nk,nkj->nj", dS, jacobians)


class CrossEntropy:
    """J = -sum(Y * log(Y_hat)), over all samples and classes."""

    def forward(self, Y_hat, Y):
        self.Y_hat, self.Y = Y_hat, Y
        return -np.sum(Y * np.log(Y_hat))

    def backward(self):
        return -self.Y / self.Y_hat


class SoftmaxCrossEntropy:
    def __init__(self):
        self.softmax = Softmax()
        self.cost = CrossEntropy()

    def forward(self, X, Y):
        return self.cost.forward(self.softmax.forward(X), Y)

    def backward(self):
        return self.softmax.backward(self.cost.backward())
