import random

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def getNegativeSamples(target, tokens, K):
    """Samples K indexes which are not the target"""
    indices = [None] * K
    for k in range(K):
        newidx = random.randint(0, tokens - 1)
        while newidx == target:
            newidx = random.randint(0, tokens - 1)
        indices[k] = newidx
    return indices


def negSamplingCostAndGradient(predicted, target, outputVectors, indices):
    """负采样的代价与梯度；indices 是负样本的下标"""
    indices = [target, *indices]
    labels = np.array([1] + [-1] * (len(indices) - 1))
    vecs = outputVectors[indices, :]

    t = sigmoid(vecs.dot(predicted) * labels)
    cost = -np.sum(np.log(t))

    delta = labels * (t - 1)
    gradPred = delta.dot(vecs)
    gradtemp = np.outer(delta, predicted)
    grad = np.zeros_like(outputVectors)
    for k, index in enumerate(indices):
        grad[index] += gradtemp[k]

    return cost, gradPred, grad


def skipgram(currentWord, contextWords, inputVectors, outputVectors, K=5):
    cost = 0.0
    gradIn = np.zeros(inputVectors.shape)
    gradOut = np.zeros(outputVectors.shape)
    vec = inputVectors[currentWord]
    for word in contextWords:
        samples = getNegativeSamples(word, len(outputVectors), K)
        c, gin, gout = negSamplingCostAndGradient(vec, word, outputVectors, samples)
        cost += c
        gradIn[currentWord] += gin
        gradOut += gout
    return cost, gradIn, gradOut


if __name__ == "__main__":
    random.seed(1)
    V, U = np.random.randn(6, 3), np.random.randn(6, 3)
    for _ in range(50):
        cost, gin, gout = skipgram(2, [0, 1, 3, 4], V, U)
        V -= 0.1 * gin
        U -= 0.1 * gout
    print(cost)
