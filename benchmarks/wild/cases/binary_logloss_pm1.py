import numpy as np


class BinaryLogloss:
    """Labels are 0 or 1 outside, and -1 or 1 inside."""

    def __init__(self, sigmoid=1.0):
        self.sigmoid = sigmoid

    def init(self, label):
        self.label_val = np.where(label > 0, 1, -1)

    def loss(self, score):
        return np.sum(np.log(1.0 + np.exp(-self.label_val * self.sigmoid * score)))

    def get_gradients(self, score):
        label = self.label_val
        response = -label * self.sigmoid / (1.0 + np.exp(label * self.sigmoid * score))
        abs_response = np.abs(response)
        return response, abs_response * (self.sigmoid - abs_response)


def fit_stump(x, gradients, hessians):
    """The best split of one feature by the gain of both sides."""
    best = (-np.inf, 0.0, 0.0, 0.0)
    for t in np.quantile(x, np.linspace(0.1, 0.9, 9)):
        left = x <= t
        gl, hl = gradients[left].sum(), hessians[left].sum() + 1e-3
        gr, hr = gradients[~left].sum(), hessians[~left].sum() + 1e-3
        best = max(best, (gl**2 / hl + gr**2 / hr, t, -gl / hl, -gr / hr))
    return best[1:]


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    y = (x + 0.3 * rng.normal(size=200) > 0.2).astype(int)
    objective = BinaryLogloss()
    objective.init(y)
    score = np.zeros(200)
    for _ in range(20):
        t, left, right = fit_stump(x, *objective.get_gradients(score))
        score += 0.1 * np.where(x <= t, left, right)
    print(objective.loss(score))
