"""The Dice overlap of a segmentation with the truth, summed over the volumes of a batch."""

import numpy as np


class DiceLoss:
    def forward(self, prob, gt):
        """prob and gt: (volumes, voxels), foreground."""
        self.prob, self.gt = prob, gt
        self.intersection = np.sum(prob * gt, axis=1, keepdims=True)
        self.union = np.sum(prob**2, axis=1, keepdims=True) + np.sum(gt**2, axis=1, keepdims=True)
        self.dice = 2 * self.intersection / self.union
        return np.sum(self.dice)

    def backward(self):
        diff = np.zeros_like(self.prob)
        for i in range(len(self.prob)):
            union, intersection = self.union[i], self.intersection[i]
            diff[i] -= 2.0 * (self.gt[i] * union / union**2 - 2.0 * self.prob[i] * intersection / union**2)
        return diff
