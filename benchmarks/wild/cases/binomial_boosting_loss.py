import numpy as np


class LossBinomial:
    """Log loss for labels of -1 and 1; the score is half the log odds."""

    def defined_loss(self, true_value, prediction):
        return np.log(1 + np.exp(-2 * true_value * prediction))

    def defined_gradient(self, true_value, prediction):
        return -true_value / (1 + np.exp(2 * true_value * prediction))

    def constant_initializer(self, true_value):
        share = np.mean(true_value == 1)
        return 0.5 * np.log(share / (1 - share))

    def pseudo_residuals(self, true_value, prediction):
        return -self.defined_gradient(true_value, prediction)


if __name__ == "__main__":
    y = np.array([1, -1, 1, 1])
    loss = LossBinomial()
    f = np.full(4, loss.constant_initializer(y))
    for _ in range(10):
        f += 0.1 * loss.pseudo_residuals(y, f)
    print(loss.defined_loss(y, f).mean())
