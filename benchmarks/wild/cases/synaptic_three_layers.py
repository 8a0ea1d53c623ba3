"""A network of three weight matrices, after a popular one of a single neuron."""

from numpy import array, dot, exp, random
from numpy import sum as total


class NeuralNetwork:
    def __init__(self, inputs=3, l2=5, l3=4):
        random.seed(1)
        self.synapses1 = 2 * random.random((inputs, l2)) - 1
        self.synapses2 = 2 * random.random((l2, l3)) - 1
        self.synapses3 = 2 * random.random((l3, 1)) - 1

    def __sigmoid(self, x):
        return 1 / (1 + exp(-x))

    # of the sigmoid's value
    def __sigmoid_derivative(self, x):
        return x * (1 - x)

    def think(self, inputs):
        a2 = self.__sigmoid(dot(inputs, self.synapses1))
        a3 = self.__sigmoid(dot(a2, self.synapses2))
        return a2, a3, self.__sigmoid(dot(a3, self.synapses3))

    def squared_error(self, inputs, outputs):
        return 0.5 * total((outputs - self.think(inputs)[2]) ** 2)

    def train(self, training_inputs, training_outputs, iterations):
        for _ in range(iterations):
            a2, a3, output = self.think(training_inputs)

            del4 = training_outputs - output
            del3 = dot(self.synapses3, del4.T) * self.__sigmoid_derivative(a3).T
            del2 = dot(self.synapses2, del3) * self.__sigmoid_derivative(a2).T

            adjustment3 = dot(a3.T, del4)
            adjustment2 = dot(a2.T, del3.T)
            adjustment1 = dot(training_inputs.T, del2.T)

            self.synapses1 += adjustment1
            self.synapses2 += adjustment2
            self.synapses3 += adjustment3


if __name__ == "__main__":
    network = NeuralNetwork()
    training_inputs = array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]])
    training_outputs = array([[0, 1, 1, 0]]).T
    network.train(training_inputs, training_outputs, 2000)
    print("squared error:", network.squared_error(training_inputs, training_outputs))
    print("[1, 0, 0] ->", network.think(array([1, 0, 0]))[2])
