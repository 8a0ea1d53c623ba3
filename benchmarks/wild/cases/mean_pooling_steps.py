import numpy as np


class MeanPooling:
    """Means of the windows of one map."""

    def __init__(self, kernel=3, stride=2):
        self.kernel = kernel
        self.stride = stride

    def forward(self, input):
        self.input_shape = input.shape
        rows = (input.shape[0] - self.kernel) // self.stride + 1
        cols = (input.shape[1] - self.kernel) // self.stride + 1
        output = np.zeros((rows, cols))
        for i in range(rows):
            for j in range(cols):
                r, c = i * self.stride, j * self.stride
                output[i, j] = input[r : r + self.kernel, c : c + self.kernel].mean()
        return output

    def backward(self, error):
        output = np.zeros(self.input_shape)
        r_step = self.input_shape[0] // error.shape[0]
        c_step = self.input_shape[1] // error.shape[1]
        for i in range(error.shape[0]):
            for j in range(error.shape[1]):
                r, c = i * r_step, j * c_step
                output[r : r + r_step, c : c + c_step] += error[i, j] / (r_step * c_step)
        return output
