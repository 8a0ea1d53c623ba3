"""Cross-entropy of a probability, element by element."""

import numpy as np


class CrossEntropyLoss:
    def value(self, target, output):
        return -target * np.log(output) - (1 - target) * np.log(1 - output)

    def deriv(self, target, output):
        return (1 - target) / (1 - output) - target / output
