"""Layers as in a small C++ framework: forward and backward fill what they are given."""

import numpy as np


class Linear:
    def __init__(self, mInputSize, mOutputSize):
        self.mWeights = np.random.uniform(-0.3, 0.3, (mInputSize, mOutputSize))
        self.mBias = np.zeros((1, mOutputSize))

    def forward(self, x):
        self.mForwardInput = x
        return x @ self.mWeights + self.mBias

    def backward(self, dout):
        self.mGradientWeights = self.mForwardInput.T @ dout
        self.mGradientBias = dout.sum(axis=0, keepdims=True)
        return dout @ self.mWeights.T

    def updateWeights(self, learningRate):
        self.mWeights -= learningRate * self.mGradientWeights
        self.mBias -= learningRate * self.mGradientBias


class ReLU:
    def forward(self, x):
        self.mForwardInput = x
        return np.maximum(x, 0)

    def backward(self, dout):
        return np.where(self.mForwardInput > 0, dout, 0)


class Softmax:
    def forward(self, x):
        expValues = np.exp(x - x.max(axis=1, keepdims=True))
        self.mForwardInputWithSoftmaxApplied = expValues / expValues.sum(axis=1, keepdims=True)
        return self.mForwardInputWithSoftmaxApplied

    def backward(self, dout):
        s = self.mForwardInputWithSoftmaxApplied
        return dout * (s * (1.0 - s))


class MSELoss:
    def getLoss(self, y, label):
        self.mDiff = y - label
        return np.mean(self.mDiff**2)

    def getGradient(self):
        return 2.0 * self.mDiff / self.mDiff.size


class Net:
    def __init__(self, mLayers):
        self.mLayers = mLayers

    def forward(self, x):
        for layer in self.mLayers:
            x = layer.forward(x)
        return x

    def backward(self, dout):
        for layer in reversed(self.mLayers):
            dout = layer.backward(dout)
        return dout

    def updateWeights(self, learningRate):
        for layer in self.mLayers:
            if isinstance(layer, Linear):
                layer.updateWeights(learningRate)


if __name__ == "__main__":
    net, loss = Net([Linear(2, 10), ReLU(), Linear(10, 2), Softmax()]), MSELoss()
    x = np.random.uniform(-1, 1, (200, 2))
    label = np.eye(2)[(np.hypot(x[:, 0], x[:, 1]) < 0.6).astype(int)]
    for step in range(300):
        value = loss.getLoss(net.forward(x), label)
        net.backward(loss.getGradient())
        net.updateWeights(0.5)
    print(value)
