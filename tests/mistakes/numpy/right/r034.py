import numpy as np


def two_layer_loss(X, y, W1, b1, W2, b2):
    N = X.shape[0]
    hidden = np.maximum(0, X.dot(W1) + b1)
    scores = hidden.dot(W2) + b2
    scores = scores - scores.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = np.mean(log_sum[:, 0] - scores[np.arange(N), y])

    dscores = np.exp(scores - log_sum)
    dscores[np.arange(N), y] -= 1
    dscores /= N
    dhidden = dscores.dot(W2.T)
    dhidden[hidden <= 0] = 0
    return loss, {
        "W1": X.T.dot(dhidden),
        "b1": dhidden.sum(axis=0),
        "W2": hidden.T.dot(dscores),
        "b2": dscores.sum(axis=0),
    }
