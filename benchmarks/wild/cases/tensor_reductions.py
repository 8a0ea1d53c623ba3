import numpy as np


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.array(data, dtype=np.float64)
        self.requires_grad = requires_grad
        self.grad = None
        self._grad_fn = None

    def max(self, axis=None, keepdims=False):
        return Tensor(np.max(self.data, axis=axis, keepdims=keepdims))

    def backward(self, gradient=None):
        if not self.requires_grad:
            return
        if gradient is None:
            gradient = np.ones_like(self.data)
        self.grad = gradient if self.grad is None else self.grad + gradient
        if self._grad_fn is not None:
            for tensor, grad in zip(self._grad_fn.saved_tensors, self._grad_fn.apply(gradient)):
                tensor.backward(grad)


class Function:
    def __init__(self, *tensors):
        self.saved_tensors = tensors


class MulBackward(Function):
    def apply(self, grad_output):
        a, b = self.saved_tensors
        return grad_output * b.data, grad_output * a.data


class MatmulBackward(Function):
    def apply(self, grad_output):
        a, b = self.saved_tensors
        return grad_output @ b.data.T, a.data.T @ grad_output


class AddBackward(Function):
    def apply(self, grad_output):
        return grad_output, grad_output


class SumBackward(Function):
    def apply(self, grad_output):
        (tensor,) = self.saved_tensors
        return (np.ones_like(tensor.data) * grad_output,)


def tracked(data, function, *tensors):
    out = Tensor(data, any(t.requires_grad for t in tensors))
    if out.requires_grad:
        out._grad_fn = function(*tensors)
    return out


def enable_autograd():
    """Gives the plain tensor of the first chapters its graph."""
    Tensor.__add__ = lambda a, b: tracked(a.data + b.data, AddBackward, a, b)
    Tensor.__mul__ = lambda a, b: tracked(a.data * b.data, MulBackward, a, b)
    Tensor.matmul = lambda a, b: tracked(a.data @ b.data, MatmulBackward, a, b)
    Tensor.sum = lambda a: tracked(a.data.sum(), SumBackward, a)


enable_autograd()


def peak_score(x, w):
    """The largest response, and half of the sum of all squares."""
    response = x.matmul(w)
    return response.max() + (response * response * Tensor(0.5 * np.ones(response.data.shape))).sum()


if __name__ == "__main__":
    rng = np.random.default_rng(6)
    w = Tensor(rng.normal(size=(4, 2)), requires_grad=True)
    for step in range(10):
        w.grad = None
        score = peak_score(Tensor(rng.normal(size=(5, 4))), w)
        score.backward()
        w.data -= 0.05 * w.grad
    print(score.data)
