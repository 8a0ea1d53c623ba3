"""A network for flowers, after one in another language: config, train, backpropagate, predict."""

from dataclasses import dataclass

import numpy as np


@dataclass
class NeuralNetConfig:
    inputNeurons: int = 4
    outputNeurons: int = 3
    hiddenNeurons: int = 3
    numEpochs: int = 500
    learningRate: float = 0.03


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


# the derivative of the sigmoid function for backpropagation
def sigmoidPrime(x):
    return x * (1.0 - x)


class NeuralNet:
    def __init__(self, config):
        self.config = config
        c = config
        self.wHidden = np.random.random((c.inputNeurons, c.hiddenNeurons))
        self.bHidden = np.random.random((1, c.hiddenNeurons))
        self.wOut = np.random.random((c.hiddenNeurons, c.outputNeurons))
        self.bOut = np.random.random((1, c.outputNeurons))

    def train(self, x, y):
        for _ in range(self.config.numEpochs):
            self.backpropagate(x, y)

    def backpropagate(self, x, y):
        # the feed forward process
        hiddenLayerInput = x @ self.wHidden + self.bHidden
        hiddenLayerActivations = sigmoid(hiddenLayerInput)
        outputLayerInput = hiddenLayerActivations @ self.wOut + self.bOut
        output = sigmoid(outputLayerInput)

        # and the way back
        networkError = y - output
        slopeOutputLayer = sigmoidPrime(output)
        slopeHiddenLayer = sigmoidPrime(hiddenLayerActivations)
        dOutput = networkError * slopeOutputLayer
        errorAtHiddenLayer = dOutput @ self.wOut.T
        dHiddenLayer = errorAtHiddenLayer * slopeHiddenLayer

        # adjust the parameters
        rate = self.config.learningRate
        self.wOut += rate * (hiddenLayerActivations.T @ dOutput)
        self.bOut += rate * dOutput.sum(axis=0, keepdims=True)
        self.wHidden += rate * (x.T @ dHiddenLayer)
        self.bHidden += rate * dHiddenLayer.sum(axis=0, keepdims=True)

    def predict(self, x):
        return sigmoid(sigmoid(x @ self.wHidden + self.bHidden) @ self.wOut + self.bOut)

    def error(self, x, y):
        return 0.5 * np.sum((y - self.predict(x)) ** 2)


if __name__ == "__main__":
    np.random.seed(0)
    labels = np.random.randint(3, size=60)
    inputs = np.random.random((60, 4)) * 0.3 + 0.2 * labels[:, None]
    network = NeuralNet(NeuralNetConfig())
    network.train(inputs, np.eye(3)[labels])
    print(f"Accuracy = {np.mean(np.argmax(network.predict(inputs), axis=1) == labels):0.2f}")
