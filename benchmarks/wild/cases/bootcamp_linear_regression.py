import numpy as np


class MyLinearRegression:
    """My personnal linear regression class to fit like a boss."""

    def __init__(self, thetas, alpha=0.001, max_iter=100000):
        self.alpha = alpha
        self.max_iter = max_iter
        self.thetas = np.array(thetas, dtype=float).reshape(-1, 1)

    def predict_(self, x):
        return np.c_[np.ones(x.shape[0]), x] @ self.thetas

    def cost_elem_(self, y, y_hat):
        return (y_hat - y) ** 2 / y.shape[0]

    def cost_(self, x, y):
        return float(np.sum(self.cost_elem_(y, self.predict_(x))))

    def gradient_(self, x, y):
        m = x.shape[0]
        x_prime = np.c_[np.ones(m), x]
        return x_prime.T @ (x_prime @ self.thetas - y) / m

    def fit_(self, x, y):
        for _ in range(self.max_iter):
            self.thetas = self.thetas - self.alpha * self.gradient_(x, y)
        return self.thetas


if __name__ == "__main__":
    x = np.array([[12.49], [27.94], [21.02], [18.6], [37.4]])
    y = np.array([[37.43], [36.15], [45.37], [65.67], [46.83]])
    lr1 = MyLinearRegression([2, 0.7])
    print(lr1.predict_(x), lr1.cost_(x, y))
    lr2 = MyLinearRegression([1, 1], alpha=5e-4, max_iter=1500)
    lr2.fit_(x, y)
    print(lr2.thetas, lr2.cost_(x, y))
