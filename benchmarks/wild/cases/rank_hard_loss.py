import numpy as np


class RankHardLossLayer:
    """
    Patches of videos, in pairs: rows 2 i and 2 i + 1 are two frames of one track. For each pair the patches
    of other tracks that are nearest are its negatives; features are normalized,
    and compared by their products.
    """

    def __init__(self, neg_num=2, hard_ratio=0.5, margin=0.5):
        self.neg_num, self.margin = neg_num, margin

    def forward(self, bottom):
        num = len(bottom)
        dis = -bottom @ bottom.T
        self.triplets = []
        loss = 0.0
        for i in range(0, num, 2):
            others = [j for j in range(num) if j not in (i, i + 1)]
            negatives = sorted(others, key=lambda j: dis[i, j])[: self.neg_num]
            for j in negatives:
                tloss1 = dis[i, i + 1] - dis[i, j] + self.margin
                tloss2 = dis[i, i + 1] - dis[i + 1, j] + self.margin
                loss += max(0.0, tloss1) + max(0.0, tloss2)
                self.triplets.append((i, i + 1, j, tloss1, tloss2))
        return loss / (num / 2) / self.neg_num

    def backward(self, bottom, top_diff=1.0):
        diff = np.zeros_like(bottom)
        for ori, pos, neg, tloss1, tloss2 in self.triplets:
            fori, fpos, fneg = bottom[ori], bottom[pos], bottom[neg]
            if tloss1 > 0:
                diff[ori] += fneg - fpos
                diff[pos] += -fori
                diff[neg] += fori
            if tloss2 > 0:
                diff[ori] += -fpos
                diff[pos] += fneg - fori
                diff[neg] += fpos
        return top_diff * diff / (len(bottom) / 2) / self.neg_num


if __name__ == "__main__":
    np.random.seed(0)
    tracks = np.random.randn(6, 5)
    patches = np.repeat(tracks, 2, axis=0) + 0.3 * np.random.randn(12, 5)
    W = 0.3 * np.random.randn(5, 3)
    layer = RankHardLossLayer()
    for iteration in range(20):
        loss = layer.forward(patches @ W)
        W -= 0.05 * patches.T @ layer.backward(patches @ W)
    print(loss)
