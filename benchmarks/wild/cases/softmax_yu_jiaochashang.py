import numpy as np


# Z：(类别数, 样本数)
def softmax_forward(Z):
    expZ = np.exp(Z - np.max(Z, axis=0))
    A = expZ / np.sum(expZ, axis=0)
    return A, Z


# 交叉熵，对样本取平均
def compute_cost(AL, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(AL)) / m


# 交叉熵和 softmax 合在一起求导：dZ = s - Y
def softmax_backward(Y, cache):
    Z = cache
    s, _ = softmax_forward(Z)
    return s - Y


def linear_forward(A_prev, W, b):
    return np.dot(W, A_prev) + b, (A_prev, W, b)


def linear_backward(dZ, cache):
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = np.dot(dZ, A_prev.T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(W.T, dZ)
    return dA_prev, dW, db


def output_layer(X, Y, W, b):
    """返回代价，以及 W、b 的梯度。"""
    Z, linear_cache = linear_forward(X, W, b)
    AL, softmax_cache = softmax_forward(Z)
    dZ = softmax_backward(Y, softmax_cache)
    _, dW, db = linear_backward(dZ, linear_cache)
    return compute_cost(AL, Y), dW, db
