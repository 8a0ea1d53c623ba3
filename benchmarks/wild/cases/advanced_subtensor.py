import numpy as np


def inc_subtensor(x, indices, y):
    """x with y added to the rows at the indices."""
    x = x.copy()
    x[indices] += y
    return x


class AdvancedSubtensor:
    """x[indices] along the first axis: the look-up of an embedding."""

    def perform(self, x, indices):
        self.x_shape = x.shape
        self.indices = indices
        return x[indices]

    def grad(self, gz):
        return inc_subtensor(np.zeros(self.x_shape), self.indices, gz)


if __name__ == "__main__":
    words = np.arange(12.0).reshape(4, 3)
    lookup = AdvancedSubtensor()
    print(lookup.perform(words, np.array([0, 2, 2, 1])))
    print(lookup.grad(np.ones((4, 3))))
