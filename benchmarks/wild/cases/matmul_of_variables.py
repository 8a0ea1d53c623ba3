import numpy as np


class Variable:
    def __init__(self, array, inputs=(), grad_func=None):
        self.array = np.asarray(array, dtype=float)
        self.inputs, self.grad_func = inputs, grad_func
        self.grad = None

    def add_grad(self, grad):
        self.grad = grad if self.grad is None else self.grad + grad

    def backward(self, grad=None):
        self.add_grad(np.ones_like(self.array) if grad is None else grad)
        for node in reversed(self.tape()):
            if node.grad_func is not None:
                node.grad_func(node.inputs, node.grad)

    def tape(self):
        seen, order = set(), []

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for each in node.inputs:
                    visit(each)
                order.append(node)

        visit(self)
        return order


def transpose(array):
    return np.swapaxes(array, -1, -2)


def matmul(lhs, rhs):
    """(..., M, K) by (..., K, N); either may be without batch dimensions, the product is batched."""

    def grad_func(inputs, grad_output):
        lhs, rhs = inputs
        # matmulNT and matmulTN
        lhs.add_grad(np.matmul(grad_output, transpose(rhs.array)))
        rhs.add_grad(np.matmul(transpose(lhs.array), grad_output))

    return Variable(np.matmul(lhs.array, rhs.array), (lhs, rhs), grad_func)


def sum_of_squares(x):
    def grad_func(inputs, grad_output):
        inputs[0].add_grad(2 * grad_output * inputs[0].array)

    return Variable(np.sum(x.array**2), (x,), grad_func)


if __name__ == "__main__":
    np.random.seed(0)
    a, b = Variable(np.random.randn(10, 12)), Variable(np.random.randn(2, 12, 14))
    loss = sum_of_squares(matmul(a, b))
    loss.backward()
    print(loss.array, a.grad.shape, b.grad.shape)
