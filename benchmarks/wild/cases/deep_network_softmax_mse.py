import numpy as np


class DeepNetwork:
    """Two sigmoid layers and a softmax, trained image by image on the mean squared error."""

    def __init__(self, sizes, rate=0.001):
        self.rate = rate
        n_in, n_1, n_2, n_out = sizes
        self.params = {
            "W1": np.random.randn(n_1, n_in) / np.sqrt(n_1),
            "W2": np.random.randn(n_2, n_1) / np.sqrt(n_2),
            "W3": np.random.randn(n_out, n_2) / np.sqrt(n_out),
        }

    def sigmoid(self, z, slope=False):
        s = 1 / (1 + np.exp(-z))
        return s * (1 - s) if slope else s

    def softmax(self, z, slope=False):
        e = np.exp(z - z.max())
        p = e / e.sum()
        return p * (1 - p) if slope else p

    def forward(self, image):
        W = self.params
        self.a0 = image
        self.z1 = W["W1"] @ self.a0
        self.a1 = self.sigmoid(self.z1)
        self.z2 = W["W2"] @ self.a1
        self.a2 = self.sigmoid(self.z2)
        self.z3 = W["W3"] @ self.a2
        return self.softmax(self.z3)

    def loss(self, target, output):
        return np.mean((output - target) ** 2)

    def backward(self, target, output):
        W = self.params
        delta3 = 2 * (output - target) / len(output) * self.softmax(self.z3, slope=True)
        delta2 = W["W3"].T @ delta3 * self.sigmoid(self.z2, slope=True)
        delta1 = W["W2"].T @ delta2 * self.sigmoid(self.z1, slope=True)
        return {
            "W1": np.outer(delta1, self.a0),
            "W2": np.outer(delta2, self.a1),
            "W3": np.outer(delta3, self.a2),
        }

    def train(self, images, targets):
        for image, target in zip(images, targets):
            gradients = self.backward(target, self.forward(image))
            for name in self.params:
                self.params[name] -= self.rate * gradients[name]
