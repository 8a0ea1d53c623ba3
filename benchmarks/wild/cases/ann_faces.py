import numpy as np


def softmax(A):
    expA = np.exp(A - A.max(axis=1, keepdims=True))
    return expA / expA.sum(axis=1, keepdims=True)


def cost(T, Y):
    return -(T * np.log(Y)).sum()


def y2indicator(y):
    N = len(y)
    K = int(y.max()) + 1
    ind = np.zeros((N, K))
    for i in range(N):
        ind[i, y[i]] = 1
    return ind


class ANN(object):  # noqa: UP004
    def __init__(self, M):
        self.M = M

    def fit(self, X, Y, learning_rate=1e-3, reg=0.0, epochs=100, show=False):
        N, D = X.shape
        T = y2indicator(Y)
        K = T.shape[1]
        self.W1 = np.random.randn(D, self.M) / np.sqrt(D + self.M)
        self.b1 = np.zeros(self.M)
        self.W2 = np.random.randn(self.M, K) / np.sqrt(self.M + K)
        self.b2 = np.zeros(K)
        costs = []
        for i in range(epochs):
            # forward propagation
            pY, Z = self.forward(X)

            # gradient descent step
            pY_T = pY - T
            dZ = pY_T.dot(self.W2.T) * (1 - Z * Z)  # tanh
            self.W2 -= learning_rate * (Z.T.dot(pY_T) + reg * self.W2)
            self.b2 -= learning_rate * (pY_T.sum(axis=0) + reg * self.b2)
            self.W1 -= learning_rate * (X.T.dot(dZ) + reg * self.W1)
            self.b1 -= learning_rate * (dZ.sum(axis=0) + reg * self.b1)

            if i % 20 == 0:
                c = cost(T, self.forward(X)[0])
                costs.append(c)
                if show:
                    print("i:", i, "cost:", c)
        return costs

    def forward(self, X):
        Z = np.tanh(X.dot(self.W1) + self.b1)
        return softmax(Z.dot(self.W2) + self.b2), Z

    def predict(self, X):
        pY, _ = self.forward(X)
        return np.argmax(pY, axis=1)

    def score(self, X, Y):
        return np.mean(self.predict(X) == Y)


if __name__ == "__main__":
    np.random.seed(0)
    X = np.random.randn(80, 6)
    Y = (X[:, 0] * X[:, 1] > 0).astype(int)
    model = ANN(10)
    model.fit(X, Y, learning_rate=5e-3, reg=1e-3, epochs=200, show=True)
    print(model.score(X, Y))
