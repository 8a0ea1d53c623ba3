import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def nlogsig(yhat, y):
    """Negative log likelihood, labels are -1 and 1"""
    return -np.log(sigmoid(y * yhat))


def nlogsig_deriv(yhat, y):
    return y / (1.0 + np.exp(y * yhat))


class GaussianModel:
    def __init__(self, num_attributes, num_factor, stdev=0.1, seed=0):
        rng = np.random.default_rng(seed)
        self.w0 = 0.0
        self.w = np.zeros(num_attributes)
        self.V = stdev * rng.normal(size=(num_factor, num_attributes))

    def predict(self, x):
        self.sums = self.V @ x
        pairs = self.sums**2 - (self.V**2) @ x**2
        return self.w0 + self.w @ x + 0.5 * pairs.sum()


class SGDMethod:
    def __init__(self, alpha, num_epochs, reg0=0.0, regw=0.0, regv=0.0):
        self.alpha, self.num_epochs = alpha, num_epochs
        self.reg0, self.regw, self.regv = reg0, regw, regv

    def update(self, model, x, mult):
        V_grad = mult * (np.outer(model.sums, x) - model.V * x**2)
        model.w0 -= self.alpha * (mult + self.reg0 * model.w0)
        model.w = model.w - self.alpha * (mult * x + self.regw * model.w)
        model.V = model.V - self.alpha * (V_grad + self.regv * model.V)

    def train(self, model, X, Y):
        for epoch in range(self.num_epochs):
            loss = 0.0
            for x, y in zip(X, Y):
                p = model.predict(x)
                loss += nlogsig(p, y)
                self.update(model, x, nlogsig_deriv(p, y))
        return loss / len(Y)


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    X = rng.integers(0, 2, size=(60, 5)).astype(float)
    Y = np.where(X[:, 0] * X[:, 1] > 0, 1, -1)
    print(SGDMethod(0.01, 5).train(GaussianModel(5, 2), X, Y))
