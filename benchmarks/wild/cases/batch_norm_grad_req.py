import numpy as np


class NDArray:
    def __init__(self, data, grad_req="write"):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.grad_req = grad_req

    def assign(self, value):
        if self.grad_req == "write":
            self.grad[...] = value
        elif self.grad_req == "add":
            self.grad[...] += value


class FullyConnected:
    def __init__(self, units, in_units, rng):
        self.weight = NDArray(rng.normal(size=(units, in_units)))

    def forward(self, x):
        self.x = x
        return x.data @ self.weight.data.T

    def backward(self, ograd):
        self.x.assign(ograd @ self.weight.data)
        self.weight.assign(ograd.T @ self.x.data)


class BatchNorm:
    def __init__(self, channels, eps=1e-5):
        self.gamma = NDArray(np.ones(channels))
        self.beta = NDArray(np.zeros(channels))
        self.eps = eps

    def setattr(self, grad_req):
        self.gamma.grad_req = self.beta.grad_req = grad_req

    def forward(self, x):
        self.x = x
        axes = (0, 2, 3)
        self.mean = x.data.mean(axis=axes, keepdims=True)
        self.invstd = 1 / np.sqrt(x.data.var(axis=axes, keepdims=True) + self.eps)
        self.xhat = (x.data - self.mean) * self.invstd
        return self.gamma.data[:, None, None] * self.xhat + self.beta.data[:, None, None]

    def backward(self, ograd):
        axes = (0, 2, 3)
        count = ograd.size // ograd.shape[1]
        dotp = (ograd * self.xhat).sum(axis=axes)
        total = ograd.sum(axis=axes)
        if self.x.grad_req != "null":
            centred = ograd - total[:, None, None] / count - self.xhat * dotp[:, None, None] / count
            self.x.grad[...] = self.gamma.data[:, None, None] * self.invstd * centred
        if self.gamma.grad_req == "write":
            self.gamma.grad[...] = dotp
        if self.beta.grad_req == "write":
            self.beta.grad[...] = total


if __name__ == "__main__":
    x = NDArray(np.arange(12).reshape(1, 3, 2, 2), "add")
    block = BatchNorm(3)
    block.setattr("add")
    for i in range(3):
        y = block.forward(x)
        block.backward(2 * y)
    print(x.grad, block.gamma.grad, block.beta.grad)
