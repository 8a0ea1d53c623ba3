"""Triplet loss on anchors, positives and negatives, one a row."""

import numpy as np


class TripletLayer:
    def __init__(self, margin=0.2):
        self.margin = margin

    def forward(self, anchor, positive, negative):
        self.bottom = anchor, positive, negative
        ap = np.sum((anchor - positive) ** 2, axis=1)
        an = np.sum((anchor - negative) ** 2, axis=1)
        dist = self.margin + ap - an
        self.open = dist > 0
        return np.sum(np.maximum(dist, 0)) / (2 * len(anchor))

    def backward(self):
        x_a, x_p, x_n = self.bottom
        diff = [np.zeros_like(x) for x in self.bottom]
        for i in range(len(x_a)):
            if self.open[i]:
                diff[0][i] = (x_n[i] - x_p[i]) / len(x_a)
                diff[1][i] = (x_p[i] - x_a[i]) / len(x_a)
                diff[2][i] = (x_a[i] - x_n[i]) / len(x_a)
        return diff
