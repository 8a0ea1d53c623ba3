"""Activation functions that return their derivative when asked."""

import numpy as np


def sigmoid_function(signal, derivative=False):
    signal = 1 / (1 + np.exp(-signal))
    if derivative:
        return signal * (1 - signal)
    return signal


def tanh_function(signal, derivative=False):
    signal = np.tanh(signal)
    if derivative:
        return 1 - signal**2
    return signal


def softmax_function(signal, derivative=False):
    e = np.exp(signal - np.max(signal, axis=1, keepdims=True))
    signal = e / np.sum(e, axis=1, keepdims=True)
    if derivative:
        return signal * (1 - signal)
    return signal
