import numpy as np


class CombinedMarginLayer:
    """cos(m1 theta + m2) - m3 in place of cos(theta), for the class of each row."""

    def __init__(self, m1=1.0, m2=0.3, m3=0.2):
        self.m1, self.m2, self.m3 = m1, m2, m3

    def forward(self, cosines, label):
        self.cosines, self.label = cosines, label
        rows = np.arange(len(label))
        theta = np.arccos(cosines[rows, label])
        top = cosines.copy()
        top[rows, label] = np.cos(self.m1 * theta + self.m2) - self.m3
        return top

    def backward(self, top_diff):
        rows = np.arange(len(self.label))
        cos_theta = self.cosines[rows, self.label]
        m1_mul_theta_plus_m2 = self.m1 * np.arccos(cos_theta) + self.m2
        bottom_diff = top_diff.copy()
        bottom_diff[rows, self.label] *= self.m1 * (1 - cos_theta**2) ** -0.5 * np.sin(m1_mul_theta_plus_m2)
        return bottom_diff


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    layer, label = CombinedMarginLayer(), np.array([0, 2, 1, 0])
    cosines = rng.uniform(-0.8, 0.8, (4, 3))
    top = layer.forward(cosines, label)
    p = np.exp(8 * top) / np.exp(8 * top).sum(axis=1, keepdims=True)
    p[np.arange(4), label] -= 1
    print(layer.backward(8 * p / 4))
