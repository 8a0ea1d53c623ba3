"""Layers that compute "node values": how the cost changes with each node's weighted input."""

import numpy as np


class Sigmoid:
    def Activate(self, inputs, index):
        return 1.0 / (1 + np.exp(-inputs[index]))

    def Derivative(self, inputs, index):
        a = self.Activate(inputs, index)
        return a * (1 - a)


class Softmax:
    def Activate(self, inputs, index):
        expSum = 0
        for x in inputs:
            expSum += np.exp(x)
        return np.exp(inputs[index]) / expSum

    def Derivative(self, inputs, index):
        expSum = 0
        for x in inputs:
            expSum += np.exp(x)
        ex = np.exp(inputs[index])
        return (ex * expSum - ex * ex) / (expSum * expSum)


class MeanSquaredError:
    def CostFunction(self, predicted, expected):
        cost = 0
        for i in range(len(predicted)):
            cost += (predicted[i] - expected[i]) ** 2
        return 0.5 * cost

    def CostDerivative(self, predicted, expected):
        return predicted - expected


class Layer:
    def __init__(self, numNodesIn, numNodesOut, activation):
        self.weights = np.random.normal(size=(numNodesIn, numNodesOut)) / np.sqrt(numNodesIn)
        self.biases = np.zeros(numNodesOut)
        self.activation = activation

    def CalculateOutputs(self, inputs):
        self.inputs = inputs
        self.weightedInputs = np.zeros(len(self.biases))
        for nodeOut in range(len(self.biases)):
            weightedInput = self.biases[nodeOut]
            for nodeIn in range(len(inputs)):
                weightedInput += inputs[nodeIn] * self.weights[nodeIn, nodeOut]
            self.weightedInputs[nodeOut] = weightedInput
        return np.array([self.activation.Activate(self.weightedInputs, i) for i in range(len(self.biases))])

    def CalculateOutputLayerNodeValues(self, activations, expected, cost):
        costDerivative = cost.CostDerivative(activations, expected)
        nodeValues = np.zeros(len(self.biases))
        for i in range(len(nodeValues)):
            nodeValues[i] = costDerivative[i] * self.activation.Derivative(self.weightedInputs, i)
        return nodeValues

    def CalculateHiddenLayerNodeValues(self, nextLayer, nextNodeValues):
        nodeValues = nextLayer.weights @ nextNodeValues
        for i in range(len(nodeValues)):
            nodeValues[i] *= self.activation.Derivative(self.weightedInputs, i)
        return nodeValues

    def Gradients(self, nodeValues):
        return np.outer(self.inputs, nodeValues), nodeValues


class NeuralNetwork:
    def __init__(self, numIn, numHidden, numOut):
        self.hidden = Layer(numIn, numHidden, Sigmoid())
        self.output = Layer(numHidden, numOut, Softmax())
        self.cost = MeanSquaredError()

    def Cost(self, inputs, expected):
        outputs = self.output.CalculateOutputs(self.hidden.CalculateOutputs(inputs))
        return self.cost.CostFunction(outputs, expected)

    def UpdateAllGradients(self, inputs, expected):
        outputs = self.output.CalculateOutputs(self.hidden.CalculateOutputs(inputs))
        nodeValues = self.output.CalculateOutputLayerNodeValues(outputs, expected, self.cost)
        gradients = self.output.Gradients(nodeValues)
        nodeValues = self.hidden.CalculateHiddenLayerNodeValues(self.output, nodeValues)
        return *self.hidden.Gradients(nodeValues), *gradients

    def Learn(self, inputs, expected, learnRate):
        gradW1, gradB1, gradW2, gradB2 = self.UpdateAllGradients(inputs, expected)
        self.hidden.weights -= learnRate * gradW1
        self.hidden.biases -= learnRate * gradB1
        self.output.weights -= learnRate * gradW2
        self.output.biases -= learnRate * gradB2
