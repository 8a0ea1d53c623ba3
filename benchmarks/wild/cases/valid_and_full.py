import numpy as np


def correlate_valid(input, kernel):
    kh, kw = kernel.shape
    oh, ow = input.shape[0] - kh + 1, input.shape[1] - kw + 1
    output = np.zeros((oh, ow))
    for i in range(oh):
        for j in range(ow):
            output[i, j] = np.sum(input[i : i + kh, j : j + kw] * kernel)
    return output


def rot180(kernel):
    return kernel[::-1, ::-1]


def correlate_full(input, kernel):
    kh, kw = kernel.shape
    padded = np.pad(input, ((kh - 1, kh - 1), (kw - 1, kw - 1)))
    return correlate_valid(padded, kernel)


class ValidConvolution:
    """The layer computes a valid cross-correlation, as the GPU kernels do."""

    def __init__(self, kh, kw):
        self.weight = np.random.uniform(-1, 1, (kh, kw))
        self.gradWeight = np.zeros_like(self.weight)

    def updateOutput(self, input):
        self.input = input
        self.output = correlate_valid(input, self.weight)
        return self.output

    def updateGradInput(self, gradOutput):
        self.gradInput = correlate_full(gradOutput, rot180(self.weight))
        return self.gradInput

    def accGradParameters(self, gradOutput):
        self.gradWeight += correlate_valid(self.input, gradOutput)


if __name__ == "__main__":
    conv = ValidConvolution(3, 3)
    out = conv.updateOutput(np.random.randn(6, 7))
    conv.accGradParameters(out)
    print(conv.updateGradInput(out).shape, conv.gradWeight.shape)
