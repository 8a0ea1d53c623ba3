import numpy as np

IGNORE = -1


class SigmoidCrossEntropyLossLayer:
    """bottom: scores and targets, 0, 1 or a label to be ignored"""

    def __init__(self, ignore_label=IGNORE):
        self.ignore_label_ = ignore_label

    def forward(self, input_data, target):
        self.input, self.target = input_data, target
        flat, labels = input_data.ravel(), target.ravel()
        loss = 0.0
        self.valid_num_ = 0
        for i in range(flat.size):
            if labels[i] == self.ignore_label_:
                loss = 0
            else:
                self.valid_num_ += 1
                loss -= flat[i] * (labels[i] - (flat[i] >= 0)) - np.log(
                    1 + np.exp(flat[i] - 2 * flat[i] * (flat[i] >= 0))
                )
        self.normalizer_ = max(self.valid_num_, 1)
        return loss / self.normalizer_

    def backward(self, top_diff=1.0):
        sigmoid_output = 1 / (1 + np.exp(-self.input))
        bottom_diff = sigmoid_output - self.target
        bottom_diff[self.target == self.ignore_label_] = 0
        return bottom_diff * top_diff / self.normalizer_


class Detector:
    def __init__(self, n_features):
        self.w = np.zeros(n_features)
        self.loss_layer = SigmoidCrossEntropyLossLayer()

    def step(self, x, labels, lr=0.5):
        loss = self.loss_layer.forward(x @ self.w, labels)
        self.w -= lr * x.T @ self.loss_layer.backward()
        return loss


if __name__ == "__main__":
    np.random.seed(7)
    x = np.random.randn(50, 3)
    labels = np.where(np.abs(x[:, 0]) < 0.2, IGNORE, x[:, 0] > 0)
    detector = Detector(3)
    for iteration in range(40):
        loss = detector.step(x, labels)
    print(loss, detector.w)
