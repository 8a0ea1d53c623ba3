import numpy as np


class Min:
    """The smaller of two arrays, element by element."""

    def forward(self, a, b):
        m = a - b
        mask0 = (m <= 0).astype(float)
        mask1 = (m > 0).astype(float)
        self.mask0 = mask0
        self.mask1 = mask1
        return mask0 * a + mask1 * b

    def backward(self, dy):
        return self.mask0, self.mask1


if __name__ == "__main__":
    op = Min()
    print(op.forward(np.array([1.0, 4.0]), np.array([3.0, 2.0])), op.backward(np.ones(2)))
