import numpy as np


class Activation:
    RELU, SIGMOID, NONE = range(3)


def activate(activation, values):
    if activation == Activation.RELU:
        return np.maximum(values, 0)
    if activation == Activation.SIGMOID:
        return 1 / (1 + np.exp(-values))
    return values


def fc_multiply(A, B, forward_values=None, activation=Activation.NONE, backward=False):
    """
    A @ B with an epilogue: the activation itself, or, on the way back, the
    transfer by what the activation gave on the way there.
    """
    result = A @ B
    if not backward:
        return activate(activation, result)
    if activation == Activation.RELU:
        return result * (forward_values > 0)
    if activation == Activation.SIGMOID:
        return result * forward_values * (1 - forward_values)
    return result


class FullyFusedMLP:
    """Columns are samples."""

    def __init__(self, width_in, width, width_out, n_hidden, activation=Activation.RELU):
        sizes = [width_in, *[width] * n_hidden, width_out]
        self.weights = [np.random.normal(0, 1 / np.sqrt(a), (b, a)) for a, b in zip(sizes, sizes[1:])]
        self.activation = activation

    def forward(self, input):
        self.input = input
        self.hidden = []
        for weight in self.weights[:-1]:
            input = fc_multiply(weight, input, activation=self.activation)
            self.hidden.append(input)
        return fc_multiply(self.weights[-1], input)

    def backward(self, dL_doutput):
        gradients = [None] * len(self.weights)
        tmp = dL_doutput
        for i in reversed(range(1, len(self.weights))):
            gradients[i] = tmp @ self.hidden[i - 1].T
            tmp = fc_multiply(self.weights[i].T, tmp, self.hidden[i - 1], self.activation, backward=True)
        gradients[0] = tmp @ self.input.T
        return self.weights[0].T @ tmp, gradients


if __name__ == "__main__":
    np.random.seed(2)
    net = FullyFusedMLP(2, 8, 1, 2)
    xy = np.random.uniform(-1, 1, (2, 50))
    image = np.sin(3 * xy[:1]) * xy[1:]
    for _ in range(30):
        error = net.forward(xy) - image
        for weight, gradient in zip(net.weights, net.backward(error / 50)[1]):
            weight -= 0.1 * gradient
    print(np.mean(error**2))
