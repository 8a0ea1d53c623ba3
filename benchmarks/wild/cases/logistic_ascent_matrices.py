"""逻辑回归：批量和随机两种办法求最佳回归系数。"""

import numpy as np


def sigmoid(inX):
    return 1.0 / (1 + np.exp(-inX))


def log_likelihood(data_mat, labels, weights):
    z = data_mat @ weights
    return np.sum(labels * z - np.logaddexp(0, z))


def grad_ascent(data_arr, class_labels, alpha=0.001, max_cycles=500):
    """
    正常的处理方法：每次用全部数据
    :return: 列向量 weights
    """
    data_mat = np.array(data_arr, dtype=float)
    label_mat = np.array(class_labels, dtype=float).reshape(-1, 1)
    m, n = data_mat.shape
    weights = np.ones((n, 1))
    for _ in range(max_cycles):
        h = sigmoid(data_mat @ weights)
        error = label_mat - h
        weights = weights + alpha * data_mat.T @ error
    return weights


def stoc_grad(data_mat, class_labels, alpha=0.01):
    """一次只用一个样本"""
    m, n = np.shape(data_mat)
    weights = np.ones(n)
    for i in range(m):
        h = sigmoid(np.sum(data_mat[i] * weights))
        error = class_labels[i] - h
        weights = weights + alpha * error * data_mat[i]
    return weights


def classify_vector(in_x, weights):
    return 1.0 if sigmoid(np.sum(in_x * weights)) > 0.5 else 0.0


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    data = np.hstack([np.ones((100, 1)), rng.normal(size=(100, 2))])
    labels = (data @ np.array([0.3, 1.0, -2.0]) > 0).astype(float)
    for weights in (grad_ascent(data, labels).ravel(), stoc_grad(data, labels)):
        print(weights, np.mean([classify_vector(x, weights) == label for x, label in zip(data, labels)]))
