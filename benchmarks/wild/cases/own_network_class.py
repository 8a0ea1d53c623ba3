import numpy


class neuralNetwork:
    # initialise the neural network
    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.wih = numpy.random.normal(0.0, pow(inputnodes, -0.5), (hiddennodes, inputnodes))
        self.who = numpy.random.normal(0.0, pow(hiddennodes, -0.5), (outputnodes, hiddennodes))
        self.lr = learningrate
        # activation function is the sigmoid function
        self.activation_function = lambda x: 1 / (1 + numpy.exp(-x))

    # train the neural network
    def train(self, inputs_list, targets_list):
        # convert inputs list to 2d array
        inputs = numpy.array(inputs_list, ndmin=2).T
        targets = numpy.array(targets_list, ndmin=2).T

        hidden_outputs = self.activation_function(numpy.dot(self.wih, inputs))
        final_outputs = self.activation_function(numpy.dot(self.who, hidden_outputs))

        # output layer error is the (target - actual)
        output_errors = targets - final_outputs
        output_slopes = output_errors * final_outputs * (1.0 - final_outputs)
        # hidden layer error: the slopes, split by weights
        hidden_errors = numpy.dot(self.who.T, output_slopes)

        # update the weights for the links between the hidden and output layers
        self.who += self.lr * numpy.dot(output_slopes, numpy.transpose(hidden_outputs))

        # update the weights for the links between the input and hidden layers
        self.wih += self.lr * numpy.dot(
            hidden_errors * hidden_outputs * (1.0 - hidden_outputs), numpy.transpose(inputs)
        )

    # query the neural network
    def query(self, inputs_list):
        inputs = numpy.array(inputs_list, ndmin=2).T
        hidden_outputs = self.activation_function(numpy.dot(self.wih, inputs))
        return self.activation_function(numpy.dot(self.who, hidden_outputs))


if __name__ == "__main__":
    numpy.random.seed(1)
    n = neuralNetwork(4, 6, 2, 0.3)
    for e in range(5):
        for record in numpy.random.rand(40, 4):
            targets = numpy.zeros(2) + 0.01
            targets[int(record[0] > record[1])] = 0.99
            n.train(record, targets)
    print(n.query([0.9, 0.1, 0.5, 0.5]))
