"""A single neuron with three inputs, as in a video of a few minutes."""

from numpy import array, dot, exp, random
from numpy import sum as total


class NeuralNetwork:
    def __init__(self):
        # the same numbers every time
        random.seed(1)
        self.synaptic_weights = 2 * random.random((3, 1)) - 1

    # an S shaped curve, between 0 and 1
    def __sigmoid(self, x):
        return 1 / (1 + exp(-x))

    # its gradient: how sure we are of the weight that we have
    def __sigmoid_derivative(self, x):
        return x * (1 - x)

    def predict(self, inputs):
        return self.__sigmoid(dot(inputs, self.synaptic_weights))

    def error(self, inputs, outputs):
        return 0.5 * total((outputs - self.predict(inputs)) ** 2)

    def train(self, training_set_inputs, training_set_outputs, number_of_training_iterations):
        for _ in range(number_of_training_iterations):
            output = self.predict(training_set_inputs)
            error = training_set_outputs - output
            adjustment = dot(training_set_inputs.T, error * self.__sigmoid_derivative(output))
            self.synaptic_weights += adjustment


if __name__ == "__main__":
    neural_network = NeuralNetwork()
    print("Random starting synaptic weights:", neural_network.synaptic_weights.ravel())
    training_set_inputs = array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]])
    training_set_outputs = array([[0, 1, 1, 0]]).T
    neural_network.train(training_set_inputs, training_set_outputs, 5000)
    print("New synaptic weights after training:", neural_network.synaptic_weights.ravel())
    print("Considering new situation [1, 0, 0] -> ?:", neural_network.predict(array([1, 0, 0])))
