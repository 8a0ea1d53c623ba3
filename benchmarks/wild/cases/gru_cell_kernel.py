import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


class GruCell:
    """A gated recurrent unit: W for the input, U for the state; one of each for z, r and the candidate."""

    def __init__(self, input_size, hidden_size, seed=0):
        rng = np.random.default_rng(seed)
        self.input_size, self.hidden_size = input_size, hidden_size
        self.Wz, self.Wr, self.Wh = rng.normal(0, 0.5, (3, hidden_size, input_size))
        self.Uz, self.Ur, self.Uh = rng.normal(0, 0.5, (3, hidden_size, hidden_size))
        self.bz, self.br, self.bh = np.zeros((3, hidden_size))

    def forward(self, x, prev_h):
        z = sigmoid(self.Wz @ x + self.Uz @ prev_h + self.bz)
        r = sigmoid(self.Wr @ x + self.Ur @ prev_h + self.br)
        candidate = np.empty(self.hidden_size)
        for h in range(self.hidden_size):
            sum_h = self.bh[h]
            for i in range(self.input_size):
                sum_h += self.Wh[h, i] * x[i]
            for j in range(self.hidden_size):
                sum_h += self.Uh[h, j] * r[h] * prev_h[j]
            candidate[h] = np.tanh(sum_h)
        self.cache = x, prev_h, z, r, candidate
        return (1 - z) * candidate + z * prev_h

    def backward(self, grad_h):
        x, prev_h, z, r, candidate = self.cache
        d_candidate = grad_h * (1 - z) * (1 - candidate**2)
        d_z = grad_h * (prev_h - candidate) * z * (1 - z)
        d_gated = self.Uh.T @ d_candidate
        d_r = d_gated * prev_h * r * (1 - r)

        self.dWz, self.dWr, self.dWh = np.outer(d_z, x), np.outer(d_r, x), np.outer(d_candidate, x)
        self.dUz, self.dUr = np.outer(d_z, prev_h), np.outer(d_r, prev_h)
        self.dUh = np.outer(d_candidate, r * prev_h)
        self.dbz, self.dbr, self.dbh = d_z, d_r, d_candidate

        grad_x = self.Wz.T @ d_z + self.Wr.T @ d_r + self.Wh.T @ d_candidate
        grad_prev_h = grad_h * z + d_gated * r + self.Uz.T @ d_z + self.Ur.T @ d_r
        return grad_x, grad_prev_h


if __name__ == "__main__":
    cell = GruCell(3, 4)
    h = np.zeros(4)
    for x in np.random.default_rng(1).normal(size=(5, 3)):
        h = cell.forward(x, h)
    print(h, cell.backward(np.ones(4))[0])
