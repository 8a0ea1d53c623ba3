import numpy as np


class Blob:
    def __init__(self, data):
        self.data = np.array(data, dtype=float)
        self.diff = np.zeros_like(self.data)

    @property
    def num(self):
        return self.data.shape[0]


class EuclideanLossLayer:
    """
    The Euclidean loss in the same manner as the layer in C++, to show the
    class interface for layers in Python.
    """

    def setup(self, bottom, top):
        if len(bottom) != 2:
            raise Exception("Need two inputs to compute distance.")

    def reshape(self, bottom, top):
        if bottom[0].data.size != bottom[1].data.size:
            raise Exception("Inputs must have the same dimension.")
        self.diff = np.zeros_like(bottom[0].data)

    def forward(self, bottom, top):
        self.diff[...] = bottom[0].data - bottom[1].data
        top[0].data[...] = np.sum(self.diff**2) / bottom[0].num / 2.0

    def backward(self, top, propagate_down, bottom):
        for i in range(2):
            if not propagate_down[i]:
                continue
            sign = 1 if i == 0 else -1
            bottom[i].diff[...] = sign * self.diff / bottom[i].num


class Net:
    """Inner product and loss; loss_weight is the diff of the loss's top."""

    def __init__(self, inputs, outputs, loss_weight=1.0):
        self.W = Blob(np.random.uniform(-0.3, 0.3, (inputs, outputs)))
        self.layer = EuclideanLossLayer()
        self.top = [Blob(0.0)]
        self.top[0].diff[...] = loss_weight

    def forward(self, data, label):
        self.data = data
        self.bottom = [Blob(data @ self.W.data), Blob(label)]
        self.layer.setup(self.bottom, self.top)
        self.layer.reshape(self.bottom, self.top)
        self.layer.forward(self.bottom, self.top)
        return float(self.top[0].diff * self.top[0].data)

    def backward(self):
        self.layer.backward(self.top, [True, True], self.bottom)
        self.W.diff[...] = self.data.T @ self.bottom[0].diff


if __name__ == "__main__":
    np.random.seed(3)
    net = Net(3, 2, loss_weight=0.1)
    x = np.random.randn(20, 3)
    for _ in range(20):
        loss = net.forward(x, x[:, :2] * 2)
        net.backward()
        net.W.data -= 0.5 * net.W.diff
    print(loss)
