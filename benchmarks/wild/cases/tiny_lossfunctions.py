import numpy as np


class mse:
    """mean-squared-error loss function for regression"""

    @staticmethod
    def f(y, t):
        assert len(y) == len(t)
        d = 0.0
        for i in range(len(y)):
            d += (y[i] - t[i]) * (y[i] - t[i])
        return d / len(y)

    @staticmethod
    def df(y, t):
        return y - t


class cross_entropy_multiclass:
    """cross-entropy loss function for multi-class classification"""

    @staticmethod
    def f(y, t):
        assert len(y) == len(t)
        d = 0.0
        for i in range(len(y)):
            d += -t[i] * np.log(y[i])
        return d

    @staticmethod
    def df(y, t):
        return -t / y


class fully_connected_layer:
    def __init__(self, in_dim, out_dim, rng):
        self.W = rng.uniform(-1, 1, (in_dim, out_dim)) * np.sqrt(6.0 / (in_dim + out_dim))
        self.b = np.zeros(out_dim)

    def forward_propagation(self, in_data):
        self.in_data = in_data
        self.out = np.tanh(in_data @ self.W + self.b)
        return self.out

    def back_propagation(self, current_delta, alpha):
        current_delta = current_delta * (1 - self.out * self.out)
        prev_delta = self.W @ current_delta
        self.W -= alpha * np.outer(self.in_data, current_delta)
        self.b -= alpha * current_delta
        return prev_delta


class network:
    def __init__(self, E, *layers):
        self.E, self.layers = E, layers

    def fprop(self, out):
        for l in self.layers:
            out = l.forward_propagation(out)
        return out

    def get_loss(self, ins, ts):
        sum_loss = 0.0
        for x, t in zip(ins, ts):
            sum_loss += self.E.f(self.fprop(x), t)
        return sum_loss

    def train(self, ins, ts, epochs, alpha=0.05):
        for _ in range(epochs):
            for x, t in zip(ins, ts):
                delta = self.E.df(self.fprop(x), t)
                for l in reversed(self.layers):
                    delta = l.back_propagation(delta, alpha)


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    ins = rng.normal(size=(30, 3))
    ts = np.stack([np.sin(ins[:, 0]), 0.5 * np.tanh(ins[:, 1])], axis=1)
    nn = network(mse, fully_connected_layer(3, 8, rng), fully_connected_layer(8, 2, rng))
    print(nn.get_loss(ins, ts))
    nn.train(ins, ts, 30)
    print(nn.get_loss(ins, ts))
