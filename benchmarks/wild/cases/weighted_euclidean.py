import numpy as np


class WeightedEuclideanLossLayer:
    """bottom: predictions, labels, and a weight for each label; the sum over 2 num."""

    def forward(self, bottom):
        self.bottom = bottom
        self.diff = bottom[0] - bottom[1]
        self.weighted = self.diff * bottom[2]
        return np.sum(self.weighted * self.diff) / len(bottom[0]) / 2

    def backward(self, top_diff=1.0):
        bottom_diff = [np.zeros_like(each) for each in self.bottom]
        for i in range(2):
            sign = 1 if i == 0 else -1
            alpha = sign * top_diff / len(self.bottom[i])
            bottom_diff[i] = alpha * self.weighted
        return bottom_diff


if __name__ == "__main__":
    rng = np.random.default_rng(1701)
    x, label, weight = rng.normal(size=(20, 3)), rng.normal(size=(20, 2)), np.ones((20, 2))
    weight[::4, 1] = 0
    W, layer = np.zeros((3, 2)), WeightedEuclideanLossLayer()
    for _ in range(30):
        loss = layer.forward([x @ W, label, weight])
        W -= 0.3 * x.T @ layer.backward()[0]
    print(loss)
