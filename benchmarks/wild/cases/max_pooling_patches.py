"""Max pooling over patches that do not overlap; an image is height x width x kernels."""

import numpy as np


class MaxPoolingLayer:
    def __init__(self, kernel_size=2):
        self.kernel_size = kernel_size

    def patches_generator(self, image):
        k = self.kernel_size
        self.image = image
        for h in range(image.shape[0] // k):
            for w in range(image.shape[1] // k):
                yield image[h * k : h * k + k, w * k : w * k + k], h, w

    def forward(self, image):
        k = self.kernel_size
        output = np.zeros((image.shape[0] // k, image.shape[1] // k, image.shape[2]))
        for patch, h, w in self.patches_generator(image):
            output[h, w] = np.amax(patch, axis=(0, 1))
        return output

    def back_prop(self, dE_dY):
        k = self.kernel_size
        dE_dk = np.zeros(self.image.shape)
        for patch, h, w in self.patches_generator(self.image):
            rows, cols, kernels = patch.shape
            max_val = np.amax(patch, axis=(0, 1))
            for i in range(rows):
                for j in range(cols):
                    for c in range(kernels):
                        if patch[i, j, c] == max_val[c]:
                            dE_dk[h * k + i, w * k + j, c] = dE_dY[h, w, c]
            return dE_dk
