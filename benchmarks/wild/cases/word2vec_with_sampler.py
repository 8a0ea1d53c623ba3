import random

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


TOKENS = {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4}


class Dataset:
    """A few tokens to draw from, as the real data set does."""

    def sampleTokenIdx(self):
        return random.randint(0, 4)


def getNegativeSamples(target, dataset, K):
    indices = [None] * K
    for k in range(K):
        newidx = dataset.sampleTokenIdx()
        while newidx == target:
            newidx = dataset.sampleTokenIdx()
        indices[k] = newidx
    return indices


def negSamplingCostAndGradient(predicted, target, outputVectors, dataset, K=3):
    """
    predicted -- the vector of the centre word, (D,)
    target -- the index of the word to predict
    outputVectors -- (V, D)
    """
    indices = [target, *getNegativeSamples(target, dataset, K)]

    gradPred = np.zeros_like(predicted)
    grad = np.zeros_like(outputVectors)
    z = sigmoid(np.dot(outputVectors[target], predicted))
    cost = -np.log(z)
    grad[target] += predicted * (z - 1.0)
    gradPred += outputVectors[target] * (z - 1.0)
    for k in range(K):
        samp = indices[k + 1]
        z = sigmoid(np.dot(outputVectors[samp], predicted))
        cost -= np.log(1.0 - z)
        grad[samp] += predicted * z
        gradPred += outputVectors[samp] * z
    return cost, gradPred, grad


def skipgram(currentWord, contextWords, tokens, inputVectors, outputVectors, dataset=None):
    dataset = dataset or Dataset()
    cost = 0.0
    gradIn = np.zeros(inputVectors.shape)
    gradOut = np.zeros(outputVectors.shape)
    centre = tokens[currentWord]
    for word in contextWords:
        c, gin, gout = negSamplingCostAndGradient(inputVectors[centre], tokens[word], outputVectors, dataset)
        cost += c
        gradIn[centre] += gin
        gradOut += gout
    return cost, gradIn, gradOut


if __name__ == "__main__":
    inputVectors, outputVectors = np.random.randn(5, 3), np.random.randn(5, 3)
    print(skipgram("c", ["a", "b", "e", "d"], TOKENS, inputVectors, outputVectors))
