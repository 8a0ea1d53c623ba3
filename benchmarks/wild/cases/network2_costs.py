import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


class QuadraticCost:
    @staticmethod
    def fn(a, y):
        return 0.5 * np.linalg.norm(a - y) ** 2

    @staticmethod
    def delta(z, a, y):
        return (a - y) * sigmoid_prime(z)


class CrossEntropyCost:
    @staticmethod
    def fn(a, y):
        return np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)))

    @staticmethod
    def delta(z, a, y):
        return a - y


class Network:
    def __init__(self, sizes, cost=CrossEntropyCost):
        self.num_layers = len(sizes)
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) / np.sqrt(x) for x, y in zip(sizes[:-1], sizes[1:])]
        self.cost = cost

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def backprop(self, x, y):
        """Return ``(nabla_b, nabla_w)``, the gradient of the cost of one example, layer by layer."""
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        # feedforward
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        # backward pass
        delta = self.cost.delta(zs[-1], activations[-1], y)
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * sigmoid_prime(zs[-l])
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
        return nabla_b, nabla_w

    def update_mini_batch(self, mini_batch, eta, lmbda, n):
        for x, y in mini_batch:
            nabla_b, nabla_w = self.backprop(x, y)
            scale = eta / len(mini_batch)
            self.weights = [w - eta * lmbda / n / len(mini_batch) * w for w in self.weights]
            self.weights = [w - scale * nw for w, nw in zip(self.weights, nabla_w)]
            self.biases = [b - scale * nb for b, nb in zip(self.biases, nabla_b)]


if __name__ == "__main__":
    np.random.seed(0)
    data = [(x, np.array([[float(x[0, 0] > 0)], [float(x[1, 0] > 0)]])) for x in np.random.randn(40, 3, 1)]
    net = Network([3, 6, 2])
    for epoch in range(10):
        for k in range(0, len(data), 10):
            net.update_mini_batch(data[k : k + 10], 1.0, 0.1, len(data))
    print(sum(net.cost.fn(net.feedforward(x), y) for x, y in data) / len(data))
