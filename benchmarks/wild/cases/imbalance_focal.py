import numpy as np


class DMatrix:
    def __init__(self, data, label):
        self.data, self.label = data, label

    def get_label(self):
        return self.label


class Focal_Binary_Loss:
    """Focal loss of binary labels for boosting, with gradient and hessian."""

    def __init__(self, gamma_indct=1.0):
        self.gamma_indct = gamma_indct

    def focal_binary_value(self, pred, dtrain):
        label = dtrain.get_label()
        p = 1.0 / (1.0 + np.exp(-pred))
        pos = label * (1 - p) ** self.gamma_indct * np.log(p)
        neg = (1 - label) * p**self.gamma_indct * np.log(1 - p)
        return -np.sum(pos + neg)

    def focal_binary_grad(self, pred, dtrain):
        gamma_indct = self.gamma_indct
        label = dtrain.get_label()
        sigmoid_pred = 1.0 / (1.0 + np.exp(-pred))
        sign = (-1.0) ** label
        g1 = sigmoid_pred + label - 1.0
        g2 = label + sign * sigmoid_pred
        g3 = 1.0 - label - sign * sigmoid_pred
        g4 = label - sigmoid_pred
        return gamma_indct * g1 * g2**gamma_indct * np.log(g3) - g4 ** (gamma_indct + 1)

    def focal_binary_object(self, pred, dtrain):
        grad = self.focal_binary_grad(pred, dtrain)
        p = 1.0 / (1.0 + np.exp(-pred))
        return grad, p * (1 - p)


class LinearBooster:
    def __init__(self, eta=0.3, reg_lambda=1.0):
        self.eta, self.reg_lambda = eta, reg_lambda

    def train(self, dtrain, num_round, obj):
        X = dtrain.data
        self.w = np.zeros(X.shape[1])
        for _ in range(num_round):
            grad, hess = obj(X @ self.w, dtrain)
            for j in range(X.shape[1]):
                self.w[j] -= self.eta * (X[:, j] @ grad) / (X[:, j] ** 2 @ hess + self.reg_lambda)
        return self


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 3))
    y = (X @ [2.0, -1.0, 0.5] > 1.5).astype(int)
    dtrain = DMatrix(X, y)
    loss = Focal_Binary_Loss(gamma_indct=1.0)
    booster = LinearBooster().train(dtrain, 20, loss.focal_binary_object)
    print(booster.w, loss.focal_binary_value(X @ booster.w, dtrain))
