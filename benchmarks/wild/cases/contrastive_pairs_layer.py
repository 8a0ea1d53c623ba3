import numpy as np


class Blob:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=float)
        self.diff = np.zeros_like(self.data)


class ContrastiveLossLayer:
    """
    Contrastive loss of Hadsell, Chopra and LeCun (2006) for pairs:

        E = 1 / 2N sum_n y_n d_n^2 + (1 - y_n) max(margin - d_n, 0)^2,  d_n = ||a_n - b_n||
    """

    def __init__(self, margin=1.0):
        self.margin = margin

    def forward(self, bottom):
        self.diff = bottom[0].data - bottom[1].data
        self.dist_sq = np.sum(self.diff**2, axis=1)
        loss = 0.0
        for i in range(len(self.diff)):
            if bottom[2].data[i]:  # similar pairs
                loss += self.dist_sq[i]
            else:  # dissimilar pairs
                loss += max(self.margin - self.dist_sq[i], 0.0)
        self.loss = loss / len(self.diff) / 2
        return self.loss

    def backward(self, top_diff, bottom):
        for i in range(2):
            sign = 1 if i == 0 else -1
            alpha = sign * top_diff / len(self.diff)
            for j in range(len(self.diff)):
                if bottom[2].data[j]:
                    bottom[i].diff[j] = alpha * self.diff[j]
                elif self.margin - self.dist_sq[j] > 0:
                    bottom[i].diff[j] = -alpha * self.diff[j]
                else:
                    bottom[i].diff[j] = 0


class Siamese:
    def __init__(self, n_in, n_out, margin=1.0):
        self.W = 0.3 * np.random.randn(n_in, n_out)
        self.layer = ContrastiveLossLayer(margin)

    def step(self, x1, x2, similar, lr=0.1):
        bottom = [Blob(x1 @ self.W), Blob(x2 @ self.W), Blob(similar)]
        loss = self.layer.forward(bottom)
        self.layer.backward(1.0, bottom)
        self.W -= lr * (x1.T @ bottom[0].diff + x2.T @ bottom[1].diff)
        return loss


if __name__ == "__main__":
    np.random.seed(1)
    net = Siamese(5, 2)
    kinds = np.random.randint(2, size=40)
    x = np.random.randn(40, 5) + 2 * kinds[:, None]
    for epoch in range(30):
        loss = net.step(x[:20], x[20:], kinds[:20] == kinds[20:])
    print(loss)
