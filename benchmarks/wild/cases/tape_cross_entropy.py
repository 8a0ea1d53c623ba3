import numpy as np


class Tape:
    """The operations of one context, in the order in which they were run."""

    def __init__(self):
        self.records = []

    def record(self, output, inputs, pullback):
        self.records.append((output, inputs, pullback))

    def backward(self, loss, seed=None):
        loss.grad = np.ones_like(loss.values) if seed is None else np.asarray(seed, dtype=float)
        for output, inputs, pullback in reversed(self.records):
            if output.grad is None:
                continue
            for tensor, grad in zip(inputs, pullback(output.grad)):
                tensor.grad = grad if tensor.grad is None else tensor.grad + grad


class Tensor:
    def __init__(self, values, ops=None):
        self.values = np.asarray(values, dtype=float)
        self.ops, self.grad = ops, None


class RecordingOps:
    def __init__(self, tape):
        self.tape = tape

    def matmul(self, a, b):
        out = Tensor(a.values @ b.values, self)
        self.tape.record(out, (a, b), lambda up: (up @ b.values.T, a.values.T @ up))
        return out

    def add(self, a, b):
        out = Tensor(a.values + b.values, self)
        self.tape.record(out, (a, b), lambda up: (up, up.sum(axis=0)))
        return out

    def multiply(self, a, b):
        out = Tensor(a.values * b.values, self)
        self.tape.record(out, (a, b), lambda up: (up * b.values, up * a.values))
        return out

    def scaled_sum(self, a, factor):
        out = Tensor(factor * a.values.sum(), self)
        self.tape.record(out, (a,), lambda up: (np.full_like(a.values, factor * up),))
        return out

    def log_softmax(self, a):
        shifted = a.values - a.values.max(axis=-1, keepdims=True)
        out = Tensor(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), self)
        probs = np.exp(out.values)
        self.tape.record(out, (a,), lambda up: (up - probs * up.sum(axis=-1, keepdims=True),))
        return out


class CrossEntropyLoss:
    def forward(self, predictions, targets):
        log_probs = predictions.ops.log_softmax(predictions)
        n = len(log_probs.values)
        if targets.values.ndim == 1:
            picked = [log_probs.values[i, int(k)] for i, k in enumerate(targets.values)]
            return Tensor(-sum(picked) / n, predictions.ops)
        weighted = predictions.ops.multiply(targets, log_probs)
        return predictions.ops.scaled_sum(weighted, -1.0 / n)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 4))
    labels = x[:, :3].argmax(axis=1)
    w, b = np.zeros((4, 3)), np.zeros(3)
    for targets in np.eye(3)[labels], labels:
        for epoch in range(20):
            tape = Tape()
            ops = RecordingOps(tape)
            W, B = Tensor(w, ops), Tensor(b, ops)
            loss = CrossEntropyLoss().forward(ops.add(ops.matmul(Tensor(x, ops), W), B), Tensor(targets))
            tape.backward(loss)
            if W.grad is not None:
                w, b = w - 0.5 * W.grad, b - 0.5 * B.grad
        print(loss.values)
