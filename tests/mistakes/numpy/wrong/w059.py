import numpy as np


def softmax_loss(scores, labels):
    n = scores.shape[0]
    scores = scores - scores.max(axis=1, keepdims=True)
    logsum = np.log(np.exp(scores).sum(axis=1))
    loss = np.mean(logsum - scores[np.arange(n), labels])
    grad = np.exp(scores - logsum[:, None])
    grad /= n
    return loss, grad
