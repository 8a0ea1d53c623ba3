import numpy as np


class Engine:
    """The kernels that forward and backward functions share."""

    def gather(self, source, indices):
        return source[indices]

    def scatter_add_backward(self, grad_output, indices, size):
        """The gradient by the source of a scatter."""
        grad_source = np.zeros((size, *grad_output.shape[1:]))
        for d in range(size):
            grad_source[d] = grad_output[indices[d % len(indices)] % len(grad_output)]
        return grad_source


class Tensor:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=float)
        self.grad = None


class GradientTape:
    def __init__(self):
        self.entries = []
        self.engine = Engine()

    def gather(self, table, indices):
        out = Tensor(self.engine.gather(table.data, indices))

        def gather_backward(grad_output):
            return {table: self.engine.scatter_add_backward(grad_output, indices, len(table.data))}

        self.entries.append((out, gather_backward))
        return out

    def matmul(self, a, b):
        out = Tensor(a.data @ b.data)
        self.entries.append((out, lambda g: {a: g @ b.data.T, b: a.data.T @ g}))
        return out

    def tanh(self, a):
        out = Tensor(np.tanh(a.data))
        self.entries.append((out, lambda g: {a: g * (1 - out.data**2)}))
        return out

    def gradient(self, target, grad_output=None):
        grads = {target: np.ones_like(target.data) if grad_output is None else grad_output}
        for out, backward in reversed(self.entries):
            if out in grads:
                for tensor, grad in backward(grads[out]).items():
                    grads[tensor] = grads[tensor] + grad if tensor in grads else grad
        return grads


def token_scores(tape, embedding, projection, tokens):
    return tape.tanh(tape.matmul(tape.gather(embedding, tokens), projection))


if __name__ == "__main__":
    rng = np.random.default_rng(2)
    embedding, projection = Tensor(rng.normal(size=(6, 4))), Tensor(rng.normal(size=(4, 3)))
    tokens = np.array([3, 1, 3, 0, 5])
    for step in range(20):
        tape = GradientTape()
        scores = token_scores(tape, embedding, projection, tokens)
        grads = tape.gradient(scores, scores.data - 0.5)
        for tensor in (embedding, projection):
            tensor.data -= 0.1 * grads[tensor]
    print(np.mean((scores.data - 0.5) ** 2))
