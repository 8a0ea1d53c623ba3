import numpy as np


def svm_loss_vectorized(W, X, y, reg):
    """
    Structured SVM loss.

    W: (D, C) weights; X: (N, D) data; y: (N,) labels; reg: strength of the penalty reg * sum(W * W)
    Returns the loss and the gradient of W.
    """
    num_train = X.shape[0]
    scores = X.dot(W)
    rows = np.arange(num_train)
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    loss = np.sum(margins) / num_train

    counts = (margins > 0).astype(float)
    counts[rows, y] = -counts.sum(axis=1)
    dW = X.T.dot(counts) / num_train
    dW += 2 * reg * W
    return loss, dW
