import numpy as np


class Add:
    """x1 + x2, where one of the two may be a vector for each row of the other."""

    def __init__(self, x1_shape, x2_shape):
        self.x1_shape, self.x2_shape = tuple(x1_shape), tuple(x2_shape)
        assert self.x1_shape == self.x2_shape or 1 in (len(self.x1_shape), len(self.x2_shape))

    def feed_forward(self, x1, x2):
        return x1 + x2

    def back_prop(self, dy):
        return self.shrink(dy, self.x1_shape), self.shrink(dy, self.x2_shape)

    def shrink(self, dy, shape):
        if len(shape) == 1 and dy.ndim == 2:
            # 2D + 1D: every row of dy belongs to the same vector
            total = np.zeros(shape)
            for i in range(dy.shape[0]):
                total += dy[i]
            return total / dy.shape[0]
        return dy


class Subtract(Add):
    def feed_forward(self, x1, x2):
        return x1 - x2

    def back_prop(self, dy):
        return self.shrink(dy, self.x1_shape), -self.shrink(dy, self.x2_shape)


if __name__ == "__main__":
    x, b = np.arange(6.0).reshape(2, 3), np.array([3.0, 2.0, 1.0])
    dy = np.array([[2.0, 4.0, 6.0], [8.0, 10.0, 12.0]])
    op = Add(x.shape, b.shape)
    print(op.feed_forward(x, b))
    dx, db = op.back_prop(dy)
    print(dx, db)
