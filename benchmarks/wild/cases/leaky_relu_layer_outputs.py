import numpy as np


class LeakyRelu:
    def __init__(self):
        self.last_inputs = None

    def forward(self, inputs):
        self.last_inputs = inputs
        outputs = np.where(inputs < 0, 0.01 * inputs, inputs)
        return outputs

    def backwards(self, grads):
        outputs = np.zeros_like(grads)
        for i in np.ndindex(grads.shape):
            if self.last_inputs[i] < 0:
                outputs[i] = 0.01
            else:
                outputs[i] = grads[i]
        return outputs
