"""Cross-entropy of predicted probabilities."""

import numpy as np


class CrossEntropyLoss:
    def forward(self, probs, target):
        self.probs, self.target = probs, target
        return -np.sum(target * np.log(probs)) / probs.shape[0]

    def backward(self):
        return -self.target / self.probs
