import numpy as np


def l2normalize(x):
    """x (batch, filters, spatial): every place is scaled to length one over its filters."""
    length = np.sqrt(np.sum(x**2, axis=1, keepdims=True))
    x = x / length
    dx = (1 - x) / length
    return x, dx


class L2NormLayer:
    def __init__(self, batch, w, h, c):
        self.batch, self.w, self.h, self.c = batch, w, h, c
        self.output = np.zeros((batch, c, w * h))
        self.scales = np.zeros((batch, c, w * h))
        self.delta = np.zeros((batch, c, w * h))

    def forward(self, net_input):
        self.output, self.scales = l2normalize(net_input.reshape(self.batch, self.c, -1))
        self.delta = np.zeros_like(self.output)
        return self.output

    def backward(self):
        return self.scales * self.delta


def main():
    rng = np.random.default_rng(7)
    descriptors = rng.normal(size=(4, 6, 2))
    target = np.abs(rng.normal(size=(4, 6, 2)))
    target /= np.sqrt(np.sum(target**2, axis=1, keepdims=True))
    layer = L2NormLayer(4, 2, 1, 6)
    for step in range(10):
        out = layer.forward(descriptors)
        layer.delta = target - out
        descriptors = descriptors + 0.1 * layer.backward()
        print(step, np.sum((target - out) ** 2))


if __name__ == "__main__":
    main()
