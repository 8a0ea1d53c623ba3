import numpy as np


class Tensor:
    def __init__(self, data, requires_grad=False):
        self.data = np.asarray(data, dtype=float)
        self.requires_grad = requires_grad
        self.grad = None
        self._grad_fn = None

    def matmul(self, other):
        out = Tensor(np.matmul(self.data, other.data))
        return record(out, MatmulBackward(self, other))

    __matmul__ = matmul

    def __sub__(self, other):
        return record(Tensor(self.data - other.data), SubBackward(self, other))

    def __mul__(self, other):
        return record(Tensor(self.data * other.data), MulBackward(self, other))

    def sum(self):
        return record(Tensor(np.sum(self.data)), SumBackward(self))

    def backward(self, gradient=None):
        if not self.requires_grad:
            return
        gradient = np.ones_like(self.data) if gradient is None else np.asarray(gradient)
        if self.grad is None:
            self.grad = np.zeros_like(self.data)
        while gradient.ndim > self.grad.ndim:
            gradient = gradient.sum(axis=0)
        self.grad = self.grad + gradient
        if self._grad_fn is not None:
            grads = self._grad_fn.apply(gradient)
            for tensor, grad in zip(self._grad_fn.saved_tensors, grads):
                if grad is not None:
                    tensor.backward(grad)

    def zero_grad(self):
        self.grad = None


class Function:
    def __init__(self, *tensors):
        self.saved_tensors = tensors


def record(out, function):
    if any(t.requires_grad for t in function.saved_tensors):
        out.requires_grad = True
        out._grad_fn = function
    return out


class SubBackward(Function):
    def apply(self, grad_output):
        return grad_output, -grad_output


class MulBackward(Function):
    def apply(self, grad_output):
        a, b = self.saved_tensors
        return grad_output * b.data, grad_output * a.data


class SumBackward(Function):
    def apply(self, grad_output):
        (a,) = self.saved_tensors
        return (np.ones_like(a.data) * grad_output,)


class MatmulBackward(Function):
    def apply(self, grad_output):
        a, b = self.saved_tensors
        grad_a = grad_b = None
        if a.requires_grad:
            b_T = np.swapaxes(b.data, -2, -1) if b.data.ndim >= 2 else b.data.T
            grad_a = np.matmul(grad_output, b_T)
        if b.requires_grad:
            a_T = np.swapaxes(a.data, -2, -1) if a.data.ndim >= 2 else a.data.T
            grad_b = np.matmul(a_T, grad_output)
        return grad_a, grad_b


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    A = Tensor(rng.normal(size=(3, 3)), requires_grad=True)
    v, t = Tensor(rng.normal(size=3)), Tensor(rng.normal(size=3))
    for step in range(20):
        A.zero_grad()
        error = A @ v - t
        loss = (error * error).sum()
        loss.backward()
        A.data -= 0.05 * A.grad
    print(loss.data)
