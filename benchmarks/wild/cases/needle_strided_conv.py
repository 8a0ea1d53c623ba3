"""Operators with compute and gradient; a convolution (NHWC, KKIO) that halves the picture."""

import numpy as np


class Node:
    def __init__(self, op, *inputs):
        self.op, self.inputs = op, inputs


class TensorOp:
    def __call__(self, *args):
        self.node = Node(self, *args)
        return self.compute(*args)

    def compute(self, *args):
        raise NotImplementedError

    def gradient(self, out_grad, node):
        raise NotImplementedError


def flip(a, axes):
    return np.flip(a, axes)


def dilate(a, dilation):
    """Puts rows and columns of zeros between those of a."""
    n, h, w, c = a.shape
    out = np.zeros((n, (h - 1) * (dilation + 1) + 1, (w - 1) * (dilation + 1) + 1, c))
    out[:, :: dilation + 1, :: dilation + 1] = a
    return out


class Conv(TensorOp):
    def __init__(self, stride=2, padding=1):
        self.stride = stride
        self.padding = padding

    def compute(self, A, B):
        p, s = self.padding, self.stride
        A = np.pad(A, ((0, 0), (p, p), (p, p), (0, 0)))
        K1, K2 = B.shape[:2]
        windows = np.lib.stride_tricks.sliding_window_view(A, (K1, K2), axis=(1, 2))[:, ::s, ::s]
        return np.einsum("nhwcij,ijco->nhwo", windows, B)

    def gradient(self, out_grad, node):
        A, B = node.inputs
        K = B.shape[0]
        if self.stride > 1:
            out_grad = dilate(out_grad, self.stride - 1)
        B_turned = flip(B, (0, 1)).transpose(0, 1, 3, 2)
        A_grad = Conv(1, K - 1 - self.padding).compute(out_grad, B_turned)
        A_permuted, out_permuted = A.transpose(3, 1, 2, 0), out_grad.transpose(1, 2, 0, 3)
        B_grad = Conv(1, self.padding).compute(A_permuted, out_permuted).transpose(1, 2, 0, 3)
        return A_grad, B_grad


def conv(a, b, stride=2, padding=1):
    return Conv(stride, padding)(a, b)


class ReLU(TensorOp):
    def compute(self, a):
        return np.maximum(a, 0)

    def gradient(self, out_grad, node):
        return out_grad * (node.inputs[0] > 0)
