import numpy as np


def affine_forward(x, w, b):
    return x @ w + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def softmax_loss(x, y):
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    n = x.shape[0]
    dx = np.exp(log_probs)
    dx[np.arange(n), y] -= 1
    return -log_probs[np.arange(n), y].mean(), dx / n


class ThreeLayerNet:
    """affine - relu - affine - relu - affine - softmax"""

    def __init__(self, input_dim=6, hidden_dim=5, num_classes=3, weight_scale=0.1, reg=0.1):
        self.reg = reg
        dims = [input_dim, hidden_dim, hidden_dim, num_classes]
        self.params = {}
        for i in range(3):
            self.params[f"W{i + 1}"] = weight_scale * np.random.randn(dims[i], dims[i + 1])
            self.params[f"b{i + 1}"] = np.zeros(dims[i + 1])

    def loss(self, X, y=None):
        W1, W2, W3 = (self.params[name] for name in ("W1", "W2", "W3"))
        b1, b2, b3 = (self.params[name] for name in ("b1", "b2", "b3"))

        a1, cache1 = affine_forward(X, W1, b1)
        a2, cache2 = affine_forward(np.maximum(0, a1), W2, b2)
        scores, cache3 = affine_forward(np.maximum(0, a2), W3, b3)
        if y is None:
            return scores

        data_loss, dscores = softmax_loss(scores, y)
        reg_loss = 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W1**2))

        grads = {}
        dh2, grads["W3"], grads["b3"] = affine_backward(dscores, cache3)
        dh1, grads["W2"], grads["b2"] = affine_backward(dh2 * (a2 > 0), cache2)
        _, grads["W1"], grads["b1"] = affine_backward(dh1 * (a1 > 0), cache1)
        for name, W in (("W1", W1), ("W2", W2), ("W3", W3)):
            grads[name] += self.reg * W
        return data_loss + reg_loss, grads
