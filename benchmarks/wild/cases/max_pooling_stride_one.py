import numpy as np


class MaxPooling:
    """Max pooling of (batch, channels, rows, columns); windows may overlap."""

    def __init__(self, kernel_size=(2, 2), stride=(1, 1)):
        self._kernel_size = kernel_size
        self._stride = stride

    def execute(self, input_data):
        batch, channels, rows, cols = input_data.shape
        (k_rows, k_cols), (s_rows, s_cols) = self._kernel_size, self._stride
        out_rows = (rows - k_rows) // s_rows + 1
        out_cols = (cols - k_cols) // s_cols + 1
        self._input_shape = input_data.shape
        self._indices = np.zeros((batch, channels, out_rows, out_cols, 2), dtype=int)
        result = np.zeros((batch, channels, out_rows, out_cols))
        for image in range(batch):
            for channel in range(channels):
                for i in range(out_rows):
                    for j in range(out_cols):
                        top, left = i * s_rows, j * s_cols
                        window = input_data[image, channel, top : top + k_rows, left : left + k_cols]
                        a, b = np.unravel_index(np.argmax(window), window.shape)
                        self._indices[image, channel, i, j] = top + a, left + b
                        result[image, channel, i, j] = window[a, b]
        return result

    def backprop(self, next_layer_gradients):
        gradients = np.zeros(self._input_shape)
        for image, channel, i, j in np.ndindex(next_layer_gradients.shape):
            a, b = self._indices[image, channel, i, j]
            gradients[image, channel, a, b] = next_layer_gradients[image, channel, i, j]
        return gradients
