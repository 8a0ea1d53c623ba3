import numpy as np


class NN:
    """One hidden layer of rectified units, trained by single examples."""

    def __init__(self, n, h, seed=0):
        rng = np.random.RandomState(seed)
        self.w0 = rng.randn(n, h) * 0.1
        self.w1 = rng.randn(h) * 0.1
        self.z = np.zeros(h)

    def predict_one(self, x):
        self.z = np.maximum(0.0, x @ self.w0)
        return self.z @ self.w1

    def update_one(self, x, e, a):
        dl_dy = e
        for j in range(len(self.w1)):
            if self.z[j] == 0.0:
                continue
            dl_dz = dl_dy * self.w1[j]
            dl_dw1 = dl_dy * self.z[j]
            self.w1[j] -= a * dl_dw1
            for i in range(len(x)):
                self.w0[i, j] -= a * dl_dz * x[i]


clf = NN(3, 4)
X = np.array([[0.2, -1.0, 0.5], [1.0, 0.3, -0.4], [-0.6, 0.8, 0.1]])
Y = np.array([0.5, 1.0, -0.3])
for epoch in range(10):
    for x, y in zip(X, Y):
        clf.update_one(x, clf.predict_one(x) - y, 0.1)
