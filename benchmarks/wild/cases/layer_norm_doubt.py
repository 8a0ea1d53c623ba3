import numpy as np


class LayerNorm:
    """Columns are samples; every one is normalised by its own mean and variance."""

    def __init__(self, size, eps=1e-8):
        self.size, self.eps = size, eps
        self.gamma = np.ones((size, 1))
        self.beta = np.zeros((size, 1))

    def forward(self, input):
        self.mean = np.mean(input, axis=0)
        self.variance = np.var(input, axis=0)
        output = input - self.mean
        self.input_mean = output
        output = output / np.sqrt(self.variance + self.eps)
        self.normalized = output
        return output * self.gamma + self.beta

    def backward(self, gy):
        std_inv = 1.0 / np.sqrt(self.variance + self.eps)

        # dl / dxhat
        norm = gy * self.gamma

        # sum dl / dxhat * (x - mu) * -0.5 * std_inv^3
        var = np.sum(norm * self.input_mean, axis=0) * std_inv**3 * -0.5

        # dl / dxhat * 1 / std_inv + variance * 2 * (x - mu) / m + dl / dmu * 1 / m
        g = norm * std_inv + var * self.input_mean * 2 / self.size

        # sum (dl / dxhat * -1 / std_inv) + variance * (sum -2 * (x - mu)) / m
        return g + (np.sum(norm * -std_inv, axis=0) + var * np.mean(-2 * self.input_mean, axis=0)) / self.size

    def gradient(self, error):
        gamma = np.sum(self.normalized * error, axis=1, keepdims=True)
        beta = np.sum(error, axis=1, keepdims=True)
        return gamma, beta


if __name__ == "__main__":
    input = np.array([[5.1, 3.5], [4.9, 3.0], [4.7, 3.2]])
    layer = LayerNorm(3)
    output = layer.forward(input)
    print(output)
    print(layer.backward(output), *layer.gradient(output))
