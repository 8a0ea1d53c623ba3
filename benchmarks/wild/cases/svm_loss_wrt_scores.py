import numpy as np


def svm_loss(x, y):
    """
    Computes the loss and gradient for multiclass SVM classification.

    - x: scores of shape (N, C)
    - y: labels of shape (N,)
    """
    N = x.shape[0]
    own_class_scores = x[np.arange(N), y]
    margins = np.maximum(0, x - own_class_scores[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    num_pos = np.sum(margins > 0, axis=1)
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= num_pos
    dx /= N
    return loss, dx


def affine_forward(x, w, b):
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 4))
    y = np.argmax(X[:, :3], axis=1)
    w, b = 0.01 * rng.normal(size=(4, 3)), np.zeros(3)
    for it in range(100):
        scores, cache = affine_forward(X, w, b)
        loss, dscores = svm_loss(scores, y)
        _, dw, db = affine_backward(dscores, cache)
        w -= 0.5 * dw
        b -= 0.5 * db
    print(loss)
