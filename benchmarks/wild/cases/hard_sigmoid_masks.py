import numpy as np


class HardSigmoid:
    """y = max(0, min(1, alpha * x + gamma))"""

    def __init__(self, alpha=0.2, gamma=0.5):
        self.alpha = alpha
        self.gamma = gamma

    def forward(self, x):
        self.input = x
        x = x * self.alpha + self.gamma
        x = np.maximum(x, 0)
        mask = (x < 1.0).astype(x.dtype)
        mask2 = (x >= 1.0).astype(x.dtype)
        return x * mask + mask2

    def backward(self, dy):
        ans = self.input * self.alpha + self.gamma
        inside = (ans > 0.0) & (ans < 1.0)
        return inside * self.alpha * dy

    def __call__(self, x):
        return self.forward(x)


if __name__ == "__main__":
    x = np.array([-0.9, -0.3, -0.1, 0.1, 0.5, 0.9]).reshape(3, 2)
    op = HardSigmoid(0.5, 0.6)
    print(op(x))
    print(op.backward(np.ones((3, 2))))
