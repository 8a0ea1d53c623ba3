import numpy as np


class NormKernel:
    """L2 normalization along one axis: y = x / sqrt(sum(x x) + epsilon)"""

    def __init__(self, axis=1, epsilon=1e-10):
        self.axis = axis
        self.epsilon = epsilon

    def get_dims(self, shape):
        axis = self.axis % len(shape)
        pre = int(np.prod(shape[:axis]))
        post = int(np.prod(shape[axis + 1 :]))
        return pre, shape[axis], post

    def compute(self, x):
        pre, n, post = self.get_dims(x.shape)
        x3 = x.reshape(pre, n, post)
        total = np.sum(x3**2, axis=1) + self.epsilon
        self.norm = np.sqrt(total)
        self.x = x
        return (x3 / self.norm[:, None, :]).reshape(x.shape)

    def compute_grad(self, dy):
        """dx = [dy - x sum(x dy) / (sum(x x) + e)] / sqrt(sum(x x) + e)"""
        pre, n, post = self.get_dims(self.x.shape)
        x, dy = self.x.reshape(pre, n, post), dy.reshape(pre, n, post)
        # 1. sum(x dy)
        total = np.sum(x * dy, axis=1)
        # 2. times x
        dx = total[:, None, :] * x
        # 3. over the squared norm
        dx = dx / (self.norm**2)[:, None, :]
        # 4. what is left of dy, over the norm
        dx = (dy - dx) / self.norm[:, None, :]
        return dx.reshape(self.x.shape)


def cosine_layer(kernel, x, w):
    return kernel.compute(x) @ w


if __name__ == "__main__":
    rng = np.random.default_rng(9)
    kernel, x, w = NormKernel(), rng.normal(size=(6, 4)), rng.normal(size=(4, 2))
    t = np.sign(rng.normal(size=(6, 2)))
    for _ in range(10):
        error = (cosine_layer(kernel, x, w) - t) / 6
        x = x - 0.5 * kernel.compute_grad(error @ w.T)
    print(np.sum(error**2))
