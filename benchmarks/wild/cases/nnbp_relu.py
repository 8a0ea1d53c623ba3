import numpy as np


class NN:
    """After the toolbox: nnsetup, nnff, nnbp, nnapplygrads. Rows are samples, column 0 is the bias."""

    def __init__(self, size, activation_function="relu", output="relu"):
        self.size = size
        self.n = len(size)
        self.activation_function = activation_function
        self.output = output
        self.learningRate = 0.05
        self.W = [(np.random.rand(b, a + 1) - 0.5) * 2 * 0.5 for a, b in zip(size, size[1:])]


def with_bias(a):
    return np.hstack([np.ones((len(a), 1)), a])


def nnff(nn, x, y):
    nn.a = [with_bias(x)]
    for i in range(1, nn.n - 1):
        z = nn.a[i - 1] @ nn.W[i - 1].T
        nn.a.append(with_bias(np.maximum(z, 0) if nn.activation_function == "relu" else 1 / (1 + np.exp(-z))))
    z = nn.a[-1] @ nn.W[-1].T
    if nn.output == "relu":
        nn.a.append(np.maximum(z, 0))
    elif nn.output == "sigm":
        nn.a.append(1 / (1 + np.exp(-z)))
    else:
        nn.a.append(z)
    nn.e = y - nn.a[-1]
    nn.L = 0.5 * np.sum(nn.e**2) / len(x)
    return nn.L


def nnbp(nn):
    d = [None] * nn.n
    if nn.output == "sigm":
        d[-1] = -nn.e * (nn.a[-1] * (1 - nn.a[-1]))
    else:  # 'linear', 'relu'
        d[-1] = -nn.e
    for i in range(nn.n - 2, 0, -1):
        if nn.activation_function == "relu":
            d_act = (nn.a[i] > 0).astype(float)
        else:
            d_act = nn.a[i] * (1 - nn.a[i])
        delta = d[i + 1] if i + 1 == nn.n - 1 else d[i + 1][:, 1:]
        d[i] = (delta @ nn.W[i]) * d_act
    nn.dW = []
    for i in range(nn.n - 1):
        delta = d[i + 1] if i + 1 == nn.n - 1 else d[i + 1][:, 1:]
        nn.dW.append(delta.T @ nn.a[i] / len(delta))
    return nn.dW


def nntrain(nn, x, y, numepochs=20, batchsize=10):
    for _ in range(numepochs):
        order = np.random.permutation(len(x))
        for l in range(0, len(x), batchsize):
            batch = order[l : l + batchsize]
            nnff(nn, x[batch], y[batch])
            nn.W = [w - nn.learningRate * dw for w, dw in zip(nn.W, nnbp(nn))]
    return nn


if __name__ == "__main__":
    np.random.seed(0)
    x = np.random.rand(100, 4)
    y = np.maximum(x[:, :1] - x[:, 1:2], 0)
    net = nntrain(NN([4, 6, 1]), x, y)
    print(nnff(net, x, y))
