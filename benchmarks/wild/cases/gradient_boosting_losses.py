import numpy as np


class LossFunction:
    def __call__(self, y, raw_predictions):
        raise NotImplementedError

    def negative_gradient(self, y, raw_predictions):
        raise NotImplementedError


class LeastSquaresError(LossFunction):
    def __call__(self, y, raw_predictions):
        return np.mean(0.5 * (y - raw_predictions.ravel()) ** 2)

    def negative_gradient(self, y, raw_predictions):
        return (y - raw_predictions.ravel()) / len(y)


class BinomialDeviance(LossFunction):
    """Binary labels in {0, 1}; the raw predictions are log odds."""

    def __call__(self, y, raw_predictions):
        raw = raw_predictions.ravel()
        return np.mean(np.logaddexp(0, raw) - y * raw)

    def negative_gradient(self, y, raw_predictions):
        return (y - 1 / (1 + np.exp(-raw_predictions.ravel()))) / len(y)


class ExponentialLoss(LossFunction):
    """The loss of AdaBoost, exp(-(2 y - 1) raw), for labels in {0, 1}."""

    def __call__(self, y, raw_predictions):
        raw = raw_predictions.ravel()
        return np.mean(np.exp(-(2.0 * y - 1.0) * raw))

    def negative_gradient(self, y, raw_predictions):
        y_ = -(2.0 * y - 1.0)
        return y_ * np.exp(y_ * raw_predictions.ravel()) / len(y)


LOSS_FUNCTIONS = {"ls": LeastSquaresError, "deviance": BinomialDeviance, "exponential": ExponentialLoss}


def fit_stump(x, residual):
    """The threshold and the two leaf values that fit the residuals best."""
    best = None
    for threshold in np.unique(x)[:-1]:
        left, right = residual[x <= threshold].mean(), residual[x > threshold].mean()
        error = np.sum((residual - np.where(x <= threshold, left, right)) ** 2)
        if best is None or error < best[0]:
            best = error, threshold, left, right
    return best[1:]


def boost(x, y, loss="deviance", n_estimators=20, learning_rate=5.0):
    loss_ = LOSS_FUNCTIONS[loss]()
    raw = np.zeros((len(y), 1))
    for _ in range(n_estimators):
        threshold, left, right = fit_stump(x, loss_.negative_gradient(y, raw))
        raw[:, 0] += learning_rate * np.where(x <= threshold, left, right)
    return loss_(y, raw)


if __name__ == "__main__":
    rng = np.random.default_rng(2)
    x = rng.normal(size=60)
    y = (x + 0.3 * rng.normal(size=60) > 0).astype(float)
    print("ls", boost(x, y, "ls", learning_rate=1.0), "deviance", boost(x, y))
