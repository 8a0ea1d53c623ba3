"""Focal loss over the classes of a softmax."""

import numpy as np


class FocalLoss:
    def __init__(self, gamma=2.0, alpha=0.25):
        self._gamma, self._alpha = gamma, alpha

    def forward(self, cls_score, labels):
        pro_ = np.exp(cls_score - cls_score.max(axis=1, keepdims=True))
        pro_ /= pro_.sum(axis=1, keepdims=True)
        self.pro_, self._labels = pro_, labels
        self._pt = pro_[np.arange(len(labels)), labels]
        return np.mean(-self._alpha * (1 - self._pt) ** self._gamma * np.log(self._pt))

    def backward(self):
        rows = np.arange(len(self._labels))
        pro_, pt = self.pro_, self._pt[:, None]
        # i != j
        dx = (
            self._alpha
            * np.power(1 - pt, self._gamma - 1)
            * (self._gamma * (-1 * pt * pro_) * np.log(pt) + pro_ * (1 - pt))
        )
        # i == j
        pt = self._pt
        dx[rows, self._labels] = (
            self._alpha * np.power(1 - pt, self._gamma) * (self._gamma * pt * np.log(pt) + pt - 1)
        )
        return dx / len(rows)
