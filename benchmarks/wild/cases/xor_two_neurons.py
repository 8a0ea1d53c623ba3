import numpy as np


def tanh(x):
    return (1.0 - np.exp(-2 * x)) / (1.0 + np.exp(-2 * x))


def tanh_derivative(y):
    return (1 + y) * (1 - y)


class NeuralNetwork:
    def __init__(self, net_arch):
        self.activation_func = tanh
        self.activation_derivative = tanh_derivative
        self.layers = len(net_arch)
        self.steps_per_epoch = 200
        self.net_arch = net_arch
        self.weights = []
        for layer in range(len(net_arch) - 1):
            self.weights.append(2 * np.random.rand(net_arch[layer] + 1, net_arch[layer + 1]) - 1)

    def feed_forward(self, sample):
        y = [np.append(sample, 1.0)]
        for i in range(len(self.weights) - 1):
            activation = self.activation_func(np.dot(y[i], self.weights[i]))
            y.append(np.append(activation, 1.0))
        y.append(self.activation_func(np.dot(y[-1], self.weights[-1])))
        return y

    def half_error(self, sample, label):
        return 0.5 * np.sum((label - self.feed_forward(sample)[-1]) ** 2)

    def back_propagate(self, sample, label, learning_rate):
        y = self.feed_forward(sample)
        # error for the output layer
        error = label - y[-1]
        delta_vec = [error * self.activation_derivative(y[-1])]
        # we need to begin from the back, from the next to last layer
        for i in range(self.layers - 2, 0, -1):
            error = delta_vec[-1].dot(self.weights[i][:-1].T)
            error = error * self.activation_derivative(y[i][:-1])
            delta_vec.append(error)
        delta_vec.reverse()
        for i in range(len(self.weights)):
            layer = y[i].reshape(1, -1)
            delta = delta_vec[i].reshape(1, -1)
            self.weights[i] = self.weights[i] + learning_rate * layer.T.dot(delta)

    def fit(self, data, labels, learning_rate=0.1, epochs=5):
        for k in range(epochs * self.steps_per_epoch):
            i = np.random.randint(data.shape[0])
            self.back_propagate(data[i], labels[i], learning_rate)


if __name__ == "__main__":
    np.random.seed(0)
    nn = NeuralNetwork([2, 2, 1])
    data = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    nn.fit(data, np.array([0, 1, 1, 0]))
    for s in data:
        print(s, nn.feed_forward(s)[-1])
