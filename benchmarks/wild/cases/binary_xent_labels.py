"""Binary cross-entropy of logits."""

import numpy as np


class LossBinaryXENT:
    def score(self, pre_out, labels):
        out = 1 / (1 + np.exp(-pre_out))
        return -np.mean(labels * np.log(out) + (1 - labels) * np.log(1 - out))

    def gradient(self, pre_out, labels):
        out = 1 / (1 + np.exp(-pre_out))
        d_out = -labels / out
        return d_out * out * (1 - out) / labels.size
