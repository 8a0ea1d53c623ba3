import numpy as np


class GeneralDropoutComponent:
    def __init__(self, dim, block_dim=None, dropout_proportion=0.5, continuous=False, seed=0):
        self.dim, self.block_dim = dim, block_dim or dim
        self.dropout_proportion, self.continuous = dropout_proportion, continuous
        self.test_mode = False
        self.random_generator = np.random.default_rng(seed)

    def get_memo(self, num_rows):
        ans = self.random_generator.random((num_rows, self.block_dim))
        if self.continuous:
            return 1.0 + 2.0 * self.dropout_proportion * (2.0 * ans - 1.0)
        ans = (ans > self.dropout_proportion).astype(float)
        ans *= 1.0 / self.dropout_proportion
        return ans

    def propagate(self, memo, inp):
        if self.test_mode or self.dropout_proportion == 0.0:
            return inp
        out = inp.reshape(len(inp), -1, self.block_dim) * memo[:, None, :]
        return out.reshape(inp.shape)

    def backprop(self, memo, out_deriv):
        if self.test_mode or self.dropout_proportion == 0.0:
            return out_deriv
        in_deriv = out_deriv.reshape(len(out_deriv), -1, self.block_dim) * memo[:, None, :]
        return in_deriv.reshape(out_deriv.shape)


class AffineComponent:
    def __init__(self, dim_in, dim_out, rng):
        self.linear_params = rng.normal(size=(dim_out, dim_in)) / np.sqrt(dim_in)
        self.bias_params = np.zeros(dim_out)

    def propagate(self, inp):
        return inp @ self.linear_params.T + self.bias_params

    def backprop(self, in_value, out_deriv, learning_rate):
        in_deriv = out_deriv @ self.linear_params
        self.linear_params -= learning_rate * out_deriv.T @ in_value
        self.bias_params -= learning_rate * out_deriv.sum(axis=0)
        return in_deriv


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    affine1, dropout, affine2 = (
        AffineComponent(4, 6, rng),
        GeneralDropoutComponent(6, 3, 0.2),
        AffineComponent(6, 1, rng),
    )
    x = rng.normal(size=(40, 4))
    t = x[:, :1] - x[:, 1:2]
    for _ in range(100):
        h = affine1.propagate(x)
        memo = dropout.get_memo(len(x))
        d = dropout.propagate(memo, h)
        y = affine2.propagate(d)
        deriv = affine2.backprop(d, (y - t) / len(x), 0.01)
        affine1.backprop(x, dropout.backprop(memo, deriv), 0.01)
    print(np.mean((y - t) ** 2))
