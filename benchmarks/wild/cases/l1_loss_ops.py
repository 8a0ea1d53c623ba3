import numpy as np


class Tensor:
    def __init__(self, data, requires_grad=False, grad_fn=None, inputs=()):
        self.data = np.asarray(data, dtype=np.float64)
        self.requires_grad = requires_grad
        self.grad_fn = grad_fn
        self.inputs = inputs
        self.grad = None

    @staticmethod
    def from_vec(data):
        return Tensor(data)

    def sub(self, other):
        return Tensor(self.data - other.data, grad_fn=lambda g: (g, -g), inputs=(self, other))

    def pow(self, n):
        return Tensor(self.data**n, grad_fn=lambda g: (g * n * self.data ** (n - 1),), inputs=(self,))

    def mean(self):
        shape, size = self.data.shape, self.data.size
        return Tensor(self.data.mean(), grad_fn=lambda g: (np.full(shape, g / size),), inputs=(self,))

    def backward(self, grad=1.0):
        if self.requires_grad:
            self.grad = grad if self.grad is None else self.grad + grad
        if self.grad_fn is not None:
            for tensor, g in zip(self.inputs, self.grad_fn(grad)):
                tensor.backward(g)


def abs_(x):
    return Tensor.from_vec(np.abs(x.data))


class MSELoss:
    def forward(self, pred, target):
        return pred.sub(target).pow(2).mean()


class L1Loss:
    def forward(self, pred, target):
        return abs_(pred.sub(target)).mean()


if __name__ == "__main__":
    pred, target = Tensor([1.0, 2.5, 3.0], requires_grad=True), Tensor([2.0, 2.0, 2.0])
    for criterion in (MSELoss(), L1Loss()):
        pred.grad = None
        loss = criterion.forward(pred, target)
        loss.backward()
        print(loss.data, pred.grad)
