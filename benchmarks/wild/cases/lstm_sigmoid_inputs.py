import numpy as np


class Sigmoid:
    def forward(self, M):
        sigm = np.clip(1 / (1 + np.exp(-M)), 1e-7, 1 - 1e-7)
        self.output = sigm
        self.inputs = sigm  # needed for back prop

    def backward(self, dvalues):
        sigm = self.inputs
        deriv = np.multiply(sigm, (1 - sigm))
        self.dinputs = np.multiply(deriv, dvalues)


class Tanh:
    def forward(self, inputs):
        self.output = np.tanh(inputs)
        self.inputs = inputs

    def backward(self, dvalues):
        deriv = 1 - self.output**2
        self.dinputs = np.multiply(deriv, dvalues)


if __name__ == "__main__":
    gate = Sigmoid()
    gate.forward(np.random.randn(4, 1))
    gate.backward(np.ones((4, 1)))
    print(gate.dinputs.ravel())
