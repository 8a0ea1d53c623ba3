"""Max pooling of one image, (channels, height, width), with a window and a stride."""

import numpy as np


class MaxPoolingLayer:
    def __init__(self, filter_size=3, stride=1):
        self.filter_size = filter_size
        self.stride = stride

    def patch(self, i, j):
        top, left = i * self.stride, j * self.stride
        return slice(top, top + self.filter_size), slice(left, left + self.filter_size)

    def forward(self, input_array):
        self.input_array = input_array
        depth, height, width = input_array.shape
        out_height = (height - self.filter_size) // self.stride + 1
        out_width = (width - self.filter_size) // self.stride + 1
        output_array = np.zeros((depth, out_height, out_width))
        for d in range(depth):
            for i in range(out_height):
                for j in range(out_width):
                    output_array[d, i, j] = input_array[d][self.patch(i, j)].max()
        return output_array

    def backward(self, sensitivity_array):
        delta_array = np.zeros(self.input_array.shape)
        for d in range(sensitivity_array.shape[0]):
            for i in range(sensitivity_array.shape[1]):
                for j in range(sensitivity_array.shape[2]):
                    window = self.input_array[d][self.patch(i, j)]
                    k, m = np.unravel_index(window.argmax(), window.shape)
                    delta_array[d, i * self.stride + k, j * self.stride + m] = sensitivity_array[d, i, j]
        return delta_array
