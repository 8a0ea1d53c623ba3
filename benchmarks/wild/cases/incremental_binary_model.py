class Model:
    """Binary classification, one observation at a time; labels are -1 and +1."""

    def __init__(self, n, loss="log", learning_rate=0.02):
        self.weights = [0.0] * n
        self.eta = learning_rate
        self._update = {"hinge": self._hinge_loss, "modifiedHuber": self._modified_huber_loss}[loss]

    def _dot(self, x):
        return sum(w * v for w, v in zip(self.weights, x))

    def _add(self, x, scale):
        self.weights = [w + scale * v for w, v in zip(self.weights, x)]

    def _hinge_loss(self, x, y):
        d = y * self._dot(x)
        if d < 1.0:
            self._add(x, self.eta * y)
        return self

    def _modified_huber_loss(self, x, y):
        d = y * self._dot(x)
        if d < -1.0:
            self._add(x, 4.0 * self.eta * y)
        elif d < 1.0:
            self._add(x, self.eta * (y - d * y))
        return self

    def add(self, x, y):
        return self._update(x, y)

    def predict(self, x):
        return 1 if self._dot(x) > 0 else -1


def modified_huber(weights, x, y):
    d = y * sum(w * v for w, v in zip(weights, x))
    if d < -1.0:
        return -4.0 * d
    return max(0.0, 1.0 - d) ** 2


if __name__ == "__main__":
    import random

    rng = random.Random(11)
    model = Model(3, "modifiedHuber")
    for _ in range(400):
        x = [rng.gauss(0, 1), rng.gauss(0, 1), 1.0]
        model.add(x, 1 if x[0] + 2 * x[1] > 0.5 else -1)
    print(model.weights)
