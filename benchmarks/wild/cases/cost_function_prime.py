import numpy as np


class Neural_Network:
    """Hours of sleep and of study in, the score of the test out; with a penalty on the weights."""

    def __init__(self, Lambda=0.0001):
        self.inputLayerSize = 2
        self.hiddenLayerSize = 3
        self.outputLayerSize = 1
        self.W1 = np.random.randn(self.inputLayerSize, self.hiddenLayerSize)
        self.W2 = np.random.randn(self.hiddenLayerSize, self.outputLayerSize)
        self.Lambda = Lambda

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def sigmoidPrime(self, z):
        return np.exp(-z) / (1 + np.exp(-z)) ** 2

    def forward(self, X):
        self.z2 = X @ self.W1
        self.a2 = self.sigmoid(self.z2)
        self.z3 = self.a2 @ self.W2
        return self.sigmoid(self.z3)

    def costFunction(self, X, y):
        self.yHat = self.forward(X)
        penalty = self.Lambda / 2 * (np.sum(self.W1**2) + np.sum(self.W2**2))
        return 0.5 * np.sum((y - self.yHat) ** 2) / X.shape[0] + penalty

    def costFunctionPrime(self, X, y):
        self.yHat = self.forward(X)

        delta3 = -(y - self.yHat) * self.sigmoidPrime(self.z3)
        dJdW2 = self.a2.T @ delta3 + self.Lambda * self.W2

        delta2 = delta3 @ self.W2.T * self.sigmoidPrime(self.z2)
        dJdW1 = X.T @ delta2 + self.Lambda * self.W1

        return dJdW1, dJdW2


if __name__ == "__main__":
    X = np.array([[3, 5], [5, 1], [10, 2], [6, 1.5]]) / 10
    y = np.array([[75], [82], [93], [70]]) / 100
    NN = Neural_Network()
    for _ in range(200):
        dJdW1, dJdW2 = NN.costFunctionPrime(X, y)
        NN.W1 -= dJdW1
        NN.W2 -= dJdW2
    print(NN.costFunction(X, y))
