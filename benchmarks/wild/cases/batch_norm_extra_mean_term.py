"""Batch norm over the channels of NCHW images, after the paper's chain of derivatives."""

import numpy as np


def sumall_except_channel(a):
    return a.sum(axis=(0, 2, 3))


def broadcast(channel):
    return channel[None, :, None, None]


class BatchNormOp:
    def __init__(self, eps=1e-3, momentum=0.9):
        self.eps, self.momentum = eps, momentum
        self.moving_mean = self.moving_var = None

    def Forward(self, data, slope, bias):
        scale = 1.0 / (data.size / data.shape[1])
        self.mean = scale * sumall_except_channel(data)
        self.var = scale * sumall_except_channel((data - broadcast(self.mean)) ** 2)
        normed = (data - broadcast(self.mean)) / np.sqrt(broadcast(self.var + self.eps))
        return broadcast(slope) * normed + broadcast(bias)

    def Predict(self, data, slope, bias):
        normed = (data - broadcast(self.moving_mean)) / np.sqrt(broadcast(self.moving_var + self.eps))
        return broadcast(slope) * normed + broadcast(bias)

    def Backward(self, grad, data, slope):
        scale = 1.0 / (data.size / data.shape[1])
        mean, var = broadcast(self.mean), broadcast(self.var)
        if self.moving_mean is None:
            self.moving_mean, self.moving_var = self.mean, self.var
        else:
            self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * self.mean
            self.moving_var = self.momentum * self.moving_var + (1 - self.momentum) * self.var

        gvar = sumall_except_channel(
            grad * broadcast(slope) * (data - mean) * -0.5 * (var + self.eps) ** -1.5
        )
        gmean = sumall_except_channel(grad * broadcast(slope)) * -1.0 / np.sqrt(self.var + self.eps)
        tmp = scale * sumall_except_channel(-2.0 * (data - mean))
        gmean = gmean + tmp * gvar

        gslope = sumall_except_channel(grad * (data - mean) / np.sqrt(var + self.eps))
        gbias = sumall_except_channel(grad)
        gdata = (
            grad * broadcast(slope) / np.sqrt(var + self.eps)
            + broadcast(gvar) * scale * 2.0 * (data - mean)
            + broadcast(gmean) * scale
        )
        return gdata, gslope, gbias
