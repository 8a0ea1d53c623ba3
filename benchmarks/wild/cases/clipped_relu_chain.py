import numpy as np


class Function:
    def __call__(self, *inputs):
        self.inputs = inputs
        return self.forward(inputs)[0]


class ClippedReLU(Function):
    """min(max(0, x), z)"""

    def __init__(self, z):
        if z <= 0:
            raise ValueError(f"z must be positive, not {z}")
        self.cap = z

    def forward(self, x):
        return (np.minimum(np.maximum(0, x[0]), self.cap),)

    def backward(self, x, gy):
        return (gy[0] * (x[0] > 0) * (x[0] < self.cap),)


class Linear(Function):
    def forward(self, inputs):
        x, W = inputs
        return (x.dot(W.T),)

    def backward(self, inputs, gy):
        x, W = inputs
        return gy[0].dot(W), gy[0].T.dot(x)


def clipped_relu(x, z=20.0):
    return ClippedReLU(z)(x)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    W = rng.normal(size=(2, 4))
    x, t = rng.normal(size=(30, 4)), rng.uniform(0, 1, size=(30, 2))
    for _ in range(20):
        linear, relu = Linear(), ClippedReLU(1.0)
        y = relu(linear(x, W))
        (g,) = relu.backward(relu.inputs, ((y - t) / 30,))
        W -= 0.5 * linear.backward(linear.inputs, (g,))[1]
    print(0.5 * np.sum((y - t) ** 2) / 30)
