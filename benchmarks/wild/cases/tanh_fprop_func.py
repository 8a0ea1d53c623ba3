"""Tanh that prepares its derivative while going forward."""

import numpy as np


class Tanh:
    def forward(self, inputs):
        outputs = np.tanh(inputs)
        self.pre_act = 1.0 - outputs * outputs
        return outputs

    def backward(self, error):
        return error * self.pre_act
