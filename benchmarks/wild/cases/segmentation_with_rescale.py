import numpy as np


class SoftmaxOutput:
    """Scores (N, C, P) for P pixels; labels (N, P). normalization: null, batch or valid."""

    def __init__(self, normalization="null", use_ignore=False, ignore_label=255):
        self.normalization = normalization
        self.use_ignore, self.ignore_label = use_ignore, ignore_label

    def forward(self, data, label):
        e = np.exp(data - data.max(axis=1, keepdims=True))
        self.prob = e / e.sum(axis=1, keepdims=True)
        self.label = label
        return self.prob

    def backward(self):
        N, C, P = self.prob.shape
        valid = np.ones((N, P), bool)
        if self.use_ignore:
            valid = self.label != self.ignore_label
        onehot = (np.arange(C)[None, :, None] == self.label[:, None, :]).astype(float)
        grad = (self.prob - onehot) * valid[:, None, :]
        if self.normalization == "batch":
            grad /= N
        elif self.normalization == "valid":
            grad /= max(valid.sum(), 1)
        return grad


class FeedForward:
    """One linear layer for each pixel: features (N, F, P)"""

    def __init__(self, symbol, n_features, n_classes, learning_rate=0.5):
        self.symbol = symbol
        self.W = np.zeros((n_classes, n_features))
        self.learning_rate = learning_rate

    def scores(self, data):
        return np.einsum("cf,nfp->ncp", self.W, data)

    def metric(self, data, label):
        """Cross-entropy, averaged over the pixels that count"""
        prob = self.symbol.forward(self.scores(data), label)
        valid = label != self.symbol.ignore_label
        picked = np.take_along_axis(prob, np.where(valid, label, 0)[:, None, :], axis=1)[:, 0]
        return -np.sum(np.log(picked) * valid) / valid.sum()

    def gradient(self, data, label):
        self.symbol.forward(self.scores(data), label)
        rescale_grad = 1.0 / len(data)
        return np.einsum("ncp,nfp->cf", self.symbol.backward(), data) * rescale_grad

    def fit(self, data, label, num_epoch):
        for epoch in range(num_epoch):
            self.W -= self.learning_rate * self.gradient(data, label)
        return self


if __name__ == "__main__":
    np.random.seed(0)
    data = np.random.randn(8, 3, 16)
    label = data.argmax(axis=1)
    label[np.random.rand(8, 16) < 0.2] = 255
    softmax = SoftmaxOutput(normalization="valid", use_ignore=True, ignore_label=255)
    model = FeedForward(softmax, 3, 3).fit(data, label, 60)
    print(model.metric(data, label))
