import numpy as np


class Dense:
    def __init__(self, inputs, outputs):
        self.W = np.random.uniform(-0.1, 0.1, (outputs, inputs))
        self.b = np.zeros(outputs)

    def forward(self, x):
        self.x = x
        return x.dot(self.W.T) + self.b

    def backward(self, delta):
        dW = self.x.T.dot(delta)
        db = delta.mean(axis=0)
        return delta.dot(self.W), dW, db
