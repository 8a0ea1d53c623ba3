import numpy as np


class Op:
    """perform computes the output, grad the gradients of the inputs from that of the output."""

    def __call__(self, *inputs):
        self.inputs = [np.asarray(each, dtype=float) for each in inputs]
        self.output = self.perform(*self.inputs)
        return self.output

    def backward(self, gz):
        return self.grad(self.inputs, gz)


class Clip(Op):
    """x, not below min and not above max, which are symbols as well."""

    def perform(self, x, min, max):
        return np.minimum(max, np.maximum(min, x))

    def grad(self, inputs, gz):
        x, mn, mx = inputs
        inside = (x > mn) & (x < mx)
        return [inside * gz, np.zeros_like(mn), np.zeros_like(mx)]


class Dot(Op):
    def perform(self, x, W):
        return x @ W

    def grad(self, inputs, gz):
        x, W = inputs
        return [gz @ W.T, x.T @ gz]


class SumSqr(Op):
    def perform(self, x):
        return np.sum(x**2)

    def grad(self, inputs, gz):
        return [2 * gz * inputs[0]]


if __name__ == "__main__":
    rng = np.random.default_rng(42)
    x, W = rng.normal(size=(10, 4)), rng.normal(size=(4, 3))
    low, high = np.full((10, 3), -0.5), np.full((10, 3), 0.5)
    dot, clip, cost = Dot(), Clip(), SumSqr()
    for step in range(10):
        value = cost(clip(dot(x, W), low, high))
        (gz,) = cost.backward(1.0)
        g_dot, g_low, g_high = clip.backward(gz)
        W -= 0.01 * dot.backward(g_dot)[1]
        low -= 0.1 * g_low
        high -= 0.1 * g_high
    print(value)
