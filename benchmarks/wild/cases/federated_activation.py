import math


def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


def log_logistic(x):
    """log(1 / (1 + e^-x))"""
    return -math.log(1.0 + math.exp(-x))


class LogisticGradient:
    """Labels are -1 or 1; a sample is a list of features."""

    @staticmethod
    def dot(w, x):
        return sum(a * b for a, b in zip(w, x))

    def compute_loss(self, X, Y, w):
        return -sum(log_logistic(y * self.dot(w, x)) for x, y in zip(X, Y)) / len(X)

    def compute_gradient(self, X, Y, w):
        gradient = [0.0] * len(w)
        for x, y in zip(X, Y):
            d = (sigmoid(y * self.dot(w, x)) - 1) * y
            for j, value in enumerate(x):
                gradient[j] += d * value / len(X)
        return gradient

    def aggregate(self, guests, w):
        """The gradient of several parties, weighted by their number of samples."""
        total = sum(len(X) for X, _ in guests)
        result = [0.0] * len(w)
        for X, Y in guests:
            for j, value in enumerate(self.compute_gradient(X, Y, w)):
                result[j] += value * len(X) / total
        return result


def fit(guests, features, learning_rate=0.5, iterations=30):
    operator, w = LogisticGradient(), [0.0] * features
    for _ in range(iterations):
        gradient = operator.aggregate(guests, w)
        w = [a - learning_rate * b for a, b in zip(w, gradient)]
    return w


if __name__ == "__main__":
    host = ([[1.0, 0.2], [1.0, -0.4], [1.0, 1.1]], [1, -1, 1])
    guest = ([[1.0, -1.3], [1.0, 0.9]], [-1, 1])
    print(fit([host, guest], 2))
