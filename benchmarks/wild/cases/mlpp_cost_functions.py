import numpy as np


class Cost:
    def MSE(self, y_hat, y):
        return np.sum((y_hat - y) ** 2) / (2 * len(y_hat))

    def MSEDeriv(self, y_hat, y):
        return (y_hat - y) / len(y_hat)

    def MAE(self, y_hat, y):
        total = 0.0
        for i in range(len(y_hat)):
            total += abs(y_hat[i] - y[i])
        return total / len(y_hat)

    def MAEDeriv(self, y_hat, y):
        deriv = np.empty(len(y_hat))
        for i in range(len(deriv)):
            if y_hat[i] < 0:
                deriv[i] = -1
            elif y_hat[i] == 0:
                deriv[i] = 0
            else:
                deriv[i] = 1
        return deriv / len(y_hat)

    def MBE(self, y_hat, y):
        return np.sum(y_hat - y) / len(y_hat)

    def MBEDeriv(self, y_hat, y):
        return np.ones(len(y_hat)) / len(y_hat)

    def HuberLoss(self, y_hat, y, delta):
        total = 0.0
        for i in range(len(y_hat)):
            if abs(y[i] - y_hat[i]) <= delta:
                total += (y[i] - y_hat[i]) ** 2
            else:
                total += 2 * delta * abs(y[i] - y_hat[i]) - delta * delta
        return total

    def HuberLossDeriv(self, y_hat, y, delta):
        deriv = []
        for i in range(len(y_hat)):
            if abs(y[i] - y_hat[i]) <= delta:
                deriv.append(2 * (y_hat[i] - y[i]))
            else:
                deriv.append(2 * delta * np.sign(y_hat[i] - y[i]))
        return np.array(deriv)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 2))
    y = x @ [1.5, -2.0] + 0.1 * rng.normal(size=30)
    cost = Cost()
    w = np.zeros(2)
    for epoch in range(100):
        y_hat = x @ w
        w -= 0.1 * x.T @ cost.MSEDeriv(y_hat, y)
    print(w, cost.MSE(x @ w, y), cost.MAE(x @ w, y))
