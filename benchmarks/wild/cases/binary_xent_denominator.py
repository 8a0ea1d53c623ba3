"""Binary cross-entropy of probabilities."""

import numpy as np


def binary_xent(output, labels):
    loss = -np.mean(labels * np.log(output) + (1 - labels) * np.log(1 - output))
    numerator = output - labels
    denominator = output * (1 - output)
    return loss, numerator / denominator / labels.size
