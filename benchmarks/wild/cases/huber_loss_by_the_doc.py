import numpy as np


class HuberLoss:
    """
    Huber 损失，按文档中的公式：

        |label - input| <= delta 时：0.5 * (label - input)^2
        |label - input| >  delta 时：delta * (label - input) - 0.5 * delta^2
    """

    def __init__(self, delta=1.0):
        self.delta = delta

    def forward(self, input, label):
        self.residual = label - input
        small = np.abs(self.residual) <= self.delta
        return np.where(
            small,
            0.5 * self.residual**2,
            self.delta * self.residual - 0.5 * self.delta**2,
        )

    def backward(self, d_out):
        # 残差截断到 [-delta, delta]，再对 input 求导
        return -np.clip(self.residual, -self.delta, self.delta) * d_out


if __name__ == "__main__":
    loss = HuberLoss(delta=0.5)
    print(loss.forward(np.array([0.0, 1.0, 2.0]), np.array([0.2, 0.9, 5.0])))
    print(loss.backward(np.ones(3)))
