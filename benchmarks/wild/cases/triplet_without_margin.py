import numpy as np


class Blob:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=float)
        self.diff = np.zeros_like(self.data)
        self.num = len(self.data)


class TripletLayer:
    def setup(self, margin=0.2):
        self.a = 1
        self.margin = margin

    def forward(self, bottom):
        """bottom: the archetypes, the positives and the negatives."""
        anchor, positive, negative = (blob.data for blob in bottom)
        self.no_residual_list = []
        loss = 0.0
        for i in range(bottom[0].num):
            ap = np.sum((anchor[i] - positive[i]) ** 2)
            an = np.sum((anchor[i] - negative[i]) ** 2)
            dist = self.margin + ap - an
            if dist > 0:
                loss += dist
            else:
                self.no_residual_list.append(i)
        self.loss = loss / (2 * bottom[0].num)
        return self.loss

    def backward(self, bottom):
        for i in range(bottom[0].num):
            if i in self.no_residual_list:
                for blob in bottom:
                    blob.diff[i] = 0
                continue
            x_a, x_p, x_n = (blob.data[i] for blob in bottom)
            bottom[0].diff[i] = self.a * ((x_n - x_p) / bottom[0].num)
            bottom[1].diff[i] = self.a * ((x_p - x_a) / bottom[0].num)
            bottom[2].diff[i] = self.a * ((x_a - x_n) / bottom[0].num)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    bottom = [Blob(rng.normal(size=(8, 3))) for _ in range(3)]
    layer = TripletLayer()
    layer.setup()
    for _ in range(50):
        layer.forward(bottom)
        layer.backward(bottom)
        for blob in bottom:
            blob.data -= 0.5 * blob.diff
    print(layer.loss, len(layer.no_residual_list))
