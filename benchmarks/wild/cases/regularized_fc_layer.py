import numpy as np


class RegularMethod:
    Nothing, L1, L2 = range(3)


class WeightsBias:
    def __init__(self, n_input, n_output):
        self.W = np.random.normal(0, 0.5, (n_output, n_input))
        self.B = np.zeros((n_output, 1))


class FcLayer:
    """Samples are columns."""

    def __init__(self, input_size, output_size, regular=RegularMethod.Nothing, lambd=0.0):
        self.weights = WeightsBias(input_size, output_size)
        self.regular, self.lambd = regular, lambd

    def forward(self, x):
        self.x = x
        self.z = np.dot(self.weights.W, x) + self.weights.B
        return self.z

    def backward(self, delta_in):
        dZ = delta_in
        m = self.x.shape[1]
        if self.regular == RegularMethod.L2:
            self.weights.dW = (np.dot(dZ, self.x.T) + self.lambd * self.weights.W) / m
        elif self.regular == RegularMethod.L1:
            self.weights.dW = (np.dot(dZ, self.x.T) + self.lambd * np.sign(self.weights.W)) / m
        else:
            self.weights.dW = np.dot(dZ, self.x.T) / m
        self.weights.dB = np.sum(dZ, axis=1, keepdims=True) / m
        return np.dot(self.weights.W.T, dZ)

    def regular_cost(self):
        if self.regular == RegularMethod.L1:
            return self.lambd * np.sum(np.abs(self.weights.W))
        if self.regular == RegularMethod.L2:
            return 0.5 * self.lambd * np.sum(np.square(self.weights.W))
        return 0.0


class Net:
    def __init__(self, *sizes, regular=RegularMethod.L1, lambd=0.1):
        self.layers = [FcLayer(a, b, regular, lambd) for a, b in zip(sizes, sizes[1:])]

    def loss(self, x, y):
        m = x.shape[1]
        for layer in self.layers:
            z = layer.forward(x)
            x = np.tanh(z)
        regular = sum(layer.regular_cost() for layer in self.layers)
        return (0.5 * np.sum((z - y) ** 2) + regular) / m

    def backward(self, y):
        dZ = self.layers[-1].z - y
        for layer, below in zip(reversed(self.layers), reversed([None, *self.layers[:-1]])):
            dA = layer.backward(dZ)
            if below is not None:
                dZ = dA * (1 - np.tanh(below.z) ** 2)


if __name__ == "__main__":
    np.random.seed(4)
    net = Net(3, 6, 1)
    x = np.random.randn(3, 40)
    y = np.sin(x[:1]) + x[1:2]
    for epoch in range(80):
        loss = net.loss(x, y)
        net.backward(y)
        for layer in net.layers:
            layer.weights.W -= 0.2 * layer.weights.dW
            layer.weights.B -= 0.2 * layer.weights.dB
    print(loss)
