import numpy


class neuralNetwork:
    # initialise the neural network
    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.inodes = inputnodes
        self.hnodes = hiddennodes
        self.onodes = outputnodes
        self.wih = numpy.random.normal(0.0, pow(self.inodes, -0.5), (self.hnodes, self.inodes))
        self.who = numpy.random.normal(0.0, pow(self.hnodes, -0.5), (self.onodes, self.hnodes))
        self.lr = learningrate
        # activation function is the sigmoid function
        self.activation_function = lambda x: 1.0 / (1.0 + numpy.exp(-x))

    def feed(self, inputs):
        hidden_outputs = self.activation_function(numpy.dot(self.wih, inputs))
        final_outputs = self.activation_function(numpy.dot(self.who, hidden_outputs))
        return hidden_outputs, final_outputs

    # the slope of an output node, from its output
    def slope(self, outputs):
        return self.activation_function(outputs) * (1.0 - self.activation_function(outputs))

    # train the neural network
    def train(self, inputs_list, targets_list):
        inputs = numpy.array(inputs_list, ndmin=2).T
        targets = numpy.array(targets_list, ndmin=2).T
        hidden_outputs, final_outputs = self.feed(inputs)

        output_errors = targets - final_outputs
        output_deltas = output_errors * self.slope(final_outputs)
        hidden_deltas = numpy.dot(self.who.T, output_deltas) * self.slope(hidden_outputs)

        # update the weights for the links between the hidden and output layers
        self.who += self.lr * numpy.dot(output_deltas, numpy.transpose(hidden_outputs))
        # update the weights for the links between the input and hidden layers
        self.wih += self.lr * numpy.dot(hidden_deltas, numpy.transpose(inputs))

        # half of the sum of the squared errors
        return 0.5 * numpy.sum(output_errors**2)

    # query the neural network
    def query(self, inputs_list):
        return self.feed(numpy.array(inputs_list, ndmin=2).T)[1]


if __name__ == "__main__":
    numpy.random.seed(2)
    n = neuralNetwork(3, 5, 2, 0.3)
    data = [([0.9, 0.1, 0.8], [0.9, 0.1]), ([0.2, 0.7, 0.3], [0.1, 0.9]), ([0.5, 0.5, 0.1], [0.4, 0.6])]
    for epoch in range(200):
        error = sum(n.train(inputs, targets) for inputs, targets in data)
    print(error)
