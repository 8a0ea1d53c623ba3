import numpy as np


def RmsNorm(input, gamma, epsilon=1e-6):
    rms = np.sqrt((input**2).mean(axis=-1, keepdims=True) + epsilon)
    return gamma * input / rms, (input, gamma, rms)


def RmsNormBackward(gradOutput, cache):
    input, gamma, rms = cache
    gradGamma = (gradOutput * input / rms).sum(axis=0)
    gradInput = gradOutput * gamma / rms
    return gradInput, gradGamma
