import numpy as np


class Tensor:
    def __init__(self, data):
        self.data = np.asarray(data)


class Tape:
    def __init__(self):
        self.entries = []

    def record(self, output, inputs, backward, *saved):
        self.entries.append((output, inputs, backward, saved))
        return output

    def backward(self, output, grad_output):
        grads = {output: grad_output}
        for out, inputs, backward, saved in reversed(self.entries):
            if out in grads:
                backward(grads[out], inputs, saved, grads)
        return grads


def accumulate(grads, tensor, grad):
    grads[tensor] = grads[tensor] + grad if tensor in grads else grad


def matmul_backward(grad_output, inputs, saved, grads):
    a, b = inputs
    accumulate(grads, a, grad_output @ b.data.T)
    accumulate(grads, b, a.data.T @ grad_output)


def matrix_power_backward(grad_output, inputs, saved, grads):
    """With A^n = A ... A each factor has its share: sum_k (A^T)^k G (A^T)^(n-1-k)"""
    (A,) = inputs
    (n,) = saved
    if n == 0:
        return  # a constant
    if n < 0:
        # A^n = (A^-1)^|n|
        inv_A = Tensor(np.linalg.inv(A.data))
        matrix_power_backward(grad_output, (inv_A,), (-n,), grads)
        return
    At = A.data.T
    total = np.zeros_like(A.data)
    for k in range(n):
        total += np.linalg.matrix_power(At, k) @ grad_output @ np.linalg.matrix_power(At, n - 1 - k)
    accumulate(grads, A, total)


class Linalg:
    def __init__(self, tape):
        self.tape = tape

    def matmul(self, a, b):
        return self.tape.record(Tensor(a.data @ b.data), (a, b), matmul_backward)

    def matrix_power(self, A, n):
        return self.tape.record(Tensor(np.linalg.matrix_power(A.data, n)), (A,), matrix_power_backward, n)


def propagate(A, x, n):
    """x after n steps of the linear system A; and the tape"""
    tape = Tape()
    linalg = Linalg(tape)
    return linalg.matmul(linalg.matrix_power(A, n), x), tape


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    A, x = Tensor(np.eye(3) + 0.1 * rng.normal(size=(3, 3))), Tensor(rng.normal(size=(3, 1)))
    target = rng.normal(size=(3, 1))
    for n in (3, 2):
        for step in range(20):
            y, tape = propagate(A, x, n)
            grads = tape.backward(y, y.data - target)
            A = Tensor(A.data - 0.02 * grads[A])
        print(n, np.sum((y.data - target) ** 2))
