"""Skip-gram with negative sampling: the loss of one pair of words and its gradients."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def negSamplingLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, negSampleWordIndices):
    u_o = outsideVectors[outsideWordIdx]
    u_k = outsideVectors[negSampleWordIndices]
    s = sigmoid(u_o @ centerWordVec)
    z = sigmoid(-u_k @ centerWordVec)
    loss = -np.log(s) - np.sum(np.log(z))

    gradCenterVec = (s - 1) * u_o + (1 - z) @ u_k
    gradOutsideVecs = np.zeros_like(outsideVectors)
    gradOutsideVecs[outsideWordIdx] += (s - 1) * centerWordVec
    gradOutsideVecs[negSampleWordIndices] += np.outer(1 - z, centerWordVec)
    return loss, gradCenterVec, gradOutsideVecs
