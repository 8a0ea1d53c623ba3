import numpy as np


def epsilon():
    return 1e-7


class BinaryCrossentropy:
    """Between labels and the probabilities that are predicted, the mean over all of them."""

    def __call__(self, y_true, y_pred):
        self.y_true = y_true
        self.shape = y_pred.shape
        self.kept = (y_pred >= epsilon()) & (y_pred <= 1 - epsilon())
        self.output = np.clip(y_pred, epsilon(), 1.0 - epsilon())
        bce = y_true * np.log(self.output + epsilon())
        bce += (1 - y_true) * np.log(1 - self.output + epsilon())
        return -np.mean(bce)

    def gradient(self):
        t, p = self.y_true, self.output
        d = -t / (p + epsilon()) + (1 - t) / (1 - p + epsilon())
        return self.kept * d / np.prod(self.shape)


class Logistic:
    def __init__(self, n, lr=0.5):
        self.w, self.b, self.lr = np.zeros(n), 0.0, lr
        self.loss = BinaryCrossentropy()

    def predict(self, X):
        return 1 / (1 + np.exp(-(X @ self.w + self.b)))

    def train_on_batch(self, X, y):
        p = self.predict(X)
        value = self.loss(y, p)
        dz = self.loss.gradient() * p * (1 - p)
        self.w -= self.lr * X.T @ dz
        self.b -= self.lr * dz.sum()
        return value


if __name__ == "__main__":
    loss = BinaryCrossentropy()
    print(loss(np.array([1.0]), np.array([0.0])))
    rng = np.random.default_rng(1)
    X = rng.normal(size=(50, 4))
    y = (X[:, 0] > X[:, 1]).astype(float)
    model = Logistic(4)
    for epoch in range(40):
        value = model.train_on_batch(X, y)
    print(value)
