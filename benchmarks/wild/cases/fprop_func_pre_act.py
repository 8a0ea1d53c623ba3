import numpy as np


class Backend:
    def tanh(self, x, out):
        np.tanh(x, out)

    def multiply(self, x, y, out):
        np.multiply(x, y, out)

    def subtract(self, x, y, out):
        np.subtract(x, y, out)


class Tanh:
    def fprop_func(self, backend, inputs, outputs):
        """
        Writes the outputs; inputs is used again as a buffer for what bprop
        will need.
        """
        backend.tanh(inputs, outputs)
        backend.multiply(outputs, outputs, out=inputs)
        backend.subtract(1.0, inputs, out=inputs)

    def bprop_func(self, backend, pre_act, error):
        backend.multiply(error, pre_act, out=error)


class FCLayer:
    def __init__(self, backend, nin, nout, activation):
        self.backend = backend
        self.activation = activation
        self.weights = np.random.uniform(-0.5, 0.5, (nout, nin))

    def fprop(self, inputs):
        self.inputs = inputs
        self.pre_act = np.dot(self.weights, inputs)
        self.output = np.empty_like(self.pre_act)
        self.activation.fprop_func(self.backend, self.pre_act, self.output)
        return self.output

    def bprop(self, error):
        error = np.array(error)
        self.activation.bprop_func(self.backend, self.pre_act, error)
        self.updates = np.dot(error, self.inputs.T)
        return np.dot(self.weights.T, error)


if __name__ == "__main__":
    be = Backend()
    layers = [FCLayer(be, 4, 6, Tanh()), FCLayer(be, 6, 2, Tanh())]
    x, t = np.random.randn(4, 10), np.sign(np.random.randn(2, 10)) * 0.5
    for _ in range(30):
        y = x
        for layer in layers:
            y = layer.fprop(y)
        error = (y - t) / 10
        for layer in reversed(layers):
            error = layer.bprop(error)
            layer.weights -= 0.1 * layer.updates
