import numpy as np


class NormOP:
    """Scales each row to the length one."""

    def __call__(self, X):
        self.X = X
        return X / (1e-9 + (X**2).sum(axis=-1, keepdims=True))

    def backward(self, grad):
        length = np.sqrt((self.X**2).sum(axis=-1, keepdims=True))
        unit = self.X / length
        return (grad - unit * (grad * unit).sum(axis=-1, keepdims=True)) / length
