import numpy as np


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.asarray(data, dtype=float)
        self.requires_grad = requires_grad
        self.grad = None
        self._grad_fn = None

    def backward(self, gradient=None):
        gradient = np.ones_like(self.data) if gradient is None else gradient
        self.grad = gradient if self.grad is None else self.grad + gradient
        if self._grad_fn is not None:
            for tensor, grad in zip(self._grad_fn.saved_tensors, self._grad_fn.apply(gradient)):
                if tensor.requires_grad:
                    tensor.backward(grad)


class Function:
    def __init__(self, *tensors):
        self.saved_tensors = tensors


class GELUBackward(Function):
    """GELU(x) = x * sigmoid(1.702 x)"""

    def apply(self, grad_output):
        (tensor,) = self.saved_tensors
        x = tensor.data
        sigmoid = 1.0 / (1.0 + np.exp(-1.702 * x))
        grad_input = grad_output * (sigmoid + x * sigmoid * (1.0 - sigmoid) * 1.702)
        return (grad_input,)


class LinearBackward(Function):
    def apply(self, grad_output):
        x, weight, bias = self.saved_tensors
        return grad_output @ weight.data.T, x.data.T @ grad_output, grad_output.sum(axis=0)


class MSEBackward(Function):
    def __init__(self, predictions, targets):
        super().__init__(predictions)
        self.targets = targets

    def apply(self, grad_output):
        (predictions,) = self.saved_tensors
        return (grad_output * 2.0 * (predictions.data - self.targets) / predictions.data.size,)


class GELU:
    def forward(self, x):
        z = 1.702 * x.data
        e = np.exp(-np.abs(z))
        sigmoid = np.where(z >= 0, 1.0 / (1.0 + e), e / (1.0 + e))
        out = Tensor(x.data * sigmoid, requires_grad=x.requires_grad)
        if x.requires_grad:
            out._grad_fn = GELUBackward(x)
        return out

    __call__ = forward


class Linear:
    def __init__(self, in_features, out_features, rng):
        self.weight = Tensor(rng.normal(size=(in_features, out_features)) / np.sqrt(in_features), True)
        self.bias = Tensor(np.zeros(out_features), True)

    def __call__(self, x):
        out = Tensor(x.data @ self.weight.data + self.bias.data, True)
        out._grad_fn = LinearBackward(x, self.weight, self.bias)
        return out


def mse_loss(predictions, targets):
    out = Tensor(np.mean((predictions.data - targets) ** 2), True)
    out._grad_fn = MSEBackward(predictions, targets)
    return out


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 2))
    y = x[:, :1] * x[:, 1:]
    first, act, last = Linear(2, 8, rng), GELU(), Linear(8, 1, rng)
    for epoch in range(100):
        loss = mse_loss(last(act(first(Tensor(x)))), y)
        loss.backward()
        for p in (first.weight, first.bias, last.weight, last.bias):
            p.data -= 0.2 * p.grad
            p.grad = None
    print(loss.data)
