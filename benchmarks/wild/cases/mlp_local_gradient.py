import numpy as np


class Mlp:
    """Multi-layer perceptron with one hidden layer; errors are passed back as local gradients."""

    def __init__(self, init_nodes=2, n_hidden=3, n_out=1):
        self.weights = [
            np.random.uniform(-0.5, 0.5, (n_hidden, init_nodes)),
            np.random.uniform(-0.5, 0.5, (n_out, n_hidden)),
        ]
        self.biases = [np.zeros((n_hidden, 1)), np.zeros((n_out, 1))]

    @staticmethod
    def activation(x):
        return 1.0 / (1.0 + np.exp(-x))

    @staticmethod
    def activation_prime(x):
        s = Mlp.activation(x)
        return s * (1.0 - s)

    def forward(self, x):
        self.y = [x]
        self.v = []
        for w, b in zip(self.weights, self.biases):
            self.v.append(w @ self.y[-1] + b)
            self.y.append(self.activation(self.v[-1]))
        return self.y[-1]

    def energy(self, x, d):
        """Energy of the error of one example, E = 1/2 sum e_k^2."""
        return 0.5 * np.sum((d - self.forward(x)) ** 2)

    def backpropagation(self, x, d):
        """
        Output:  delta_k = e_k phi'(v_k)
        Hidden:  delta_j = sum_k delta_k w_kj
        Returns the changes of weights and of biases, delta_j y_i, without the learning rate.
        """
        e = d - self.forward(x)
        delta = e * self.activation_prime(self.v[1])
        hidden = self.weights[1].T @ delta
        d_weights = [hidden @ self.y[0].T, delta @ self.y[1].T]
        return d_weights, [hidden, delta]

    def train(self, data, eta=0.2, epochs=50):
        for _ in range(epochs):
            for x, d in data:
                d_weights, d_biases = self.backpropagation(x, d)
                for i in range(2):
                    self.weights[i] += eta * d_weights[i]
                    self.biases[i] += eta * d_biases[i]


if __name__ == "__main__":
    logic = [(np.array([[a], [b]]), np.array([[a ^ b]])) for a in (0, 1) for b in (0, 1)]
    mlp = Mlp()
    mlp.train(logic)
    print([mlp.forward(x).item() for x, _ in logic])
