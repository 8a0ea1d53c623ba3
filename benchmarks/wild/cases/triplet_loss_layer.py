import numpy as np


class TripletLayer:
    """Bottoms: anchors, positives and negatives, each (num, dim)."""

    def __init__(self, margin=0.2):
        self.margin = margin
        self.a = 1

    def forward(self, anchor, positive, negative):
        self.anchor, self.positive, self.negative = anchor, positive, negative
        self.no_residual_list = []
        loss = 0.0
        for i in range(len(anchor)):
            a_p = anchor[i] - positive[i]
            a_n = anchor[i] - negative[i]
            dist = self.margin + np.dot(a_p, a_p) - np.dot(a_n, a_n)
            if dist < 0:
                self.no_residual_list.append(i)
                continue
            loss += dist
        return loss / (2 * len(anchor))

    def backward(self):
        num = len(self.anchor)
        diffs = [np.zeros_like(self.anchor) for _ in range(3)]
        for i in range(num):
            if i in self.no_residual_list:
                continue
            x_a, x_p, x_n = self.anchor[i], self.positive[i], self.negative[i]
            diffs[0][i] = self.a * ((x_n - x_p) / num)
            diffs[1][i] = self.a * ((x_p - x_a) / num)
            diffs[2][i] = self.a * ((x_a - x_n) / num)
        return tuple(diffs)


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    faces = rng.normal(size=(8, 5))
    W = rng.normal(size=(5, 3))
    layer = TripletLayer(0.5)
    for _ in range(20):
        a, p, n = faces[:4], faces[:4] + 0.1 * rng.normal(size=(4, 5)), faces[4:]
        loss = layer.forward(a @ W, p @ W, n @ W)
        d = layer.backward()
        W -= 0.05 * (a.T @ d[0] + p.T @ d[1] + n.T @ d[2])
    print(loss)
