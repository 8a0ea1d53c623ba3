import numpy as np


def CLLForward(diff, y, margin, legacy_version):
    dist_sq = np.sum(diff**2, axis=1)
    loss = 0.0
    for i in range(len(diff)):
        if y[i]:  # similar pairs
            loss += dist_sq[i]
        elif legacy_version:
            loss += max(margin - dist_sq[i], 0.0)
        else:
            dist = max(margin - np.sqrt(dist_sq[i]), 0.0)
            loss += dist * dist
    return loss / len(diff) / 2, dist_sq


def CLLBackward(count, channels, margin, legacy_version, alpha, y, diff, dist_sq):
    """One thread for each element, as on the device."""
    bottom_diff = np.zeros(count)
    for i in range(count):
        n = i // channels  # the num index, to access y and dist_sq
        if int(y[n]):  # similar pairs
            bottom_diff[i] = alpha * diff[i]
        else:  # dissimilar pairs
            if legacy_version:
                mdist = margin - dist_sq[n]
                beta = -alpha
            else:
                dist = np.sqrt(dist_sq[n])
                mdist = margin - dist
                beta = -alpha * mdist / dist * diff[i]
            if mdist > 0.0:
                bottom_diff[i] = beta
            else:
                bottom_diff[i] = 0
    return bottom_diff


class ContrastiveLossLayer:
    def __init__(self, margin=1.0, legacy_version=False):
        self.margin, self.legacy_version = margin, legacy_version

    def Forward_gpu(self, bottom):
        a, b, self.y = bottom
        self.diff = a - b
        loss, self.dist_sq = CLLForward(self.diff, self.y, self.margin, self.legacy_version)
        return loss

    def Backward_gpu(self, top_diff=1.0):
        num, channels = self.diff.shape
        grads = []
        for i in range(2):
            sign = 1 if i == 0 else -1
            alpha = sign * top_diff / num
            flat = CLLBackward(
                self.diff.size,
                channels,
                self.margin,
                self.legacy_version,
                alpha,
                self.y,
                self.diff.ravel(),
                self.dist_sq,
            )
            grads.append(flat.reshape(num, channels))
        return grads


if __name__ == "__main__":
    np.random.seed(3)
    x1, x2 = np.random.randn(12, 4), np.random.randn(12, 4)
    y = np.random.randint(2, size=12)
    for legacy in (False, True):
        W = 0.3 * np.random.randn(4, 2)
        layer = ContrastiveLossLayer(1.0, legacy)
        for iteration in range(20):
            loss = layer.Forward_gpu([x1 @ W, x2 @ W, y])
            da, db = layer.Backward_gpu()
            W -= 0.1 * (x1.T @ da + x2.T @ db)
        print(legacy, loss)
