import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_grad(s):
    """Of the sigmoid's value."""
    return s * (1 - s)


def softmax(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True)


def forward_backward_prop(X, labels, params, dimensions):
    """A sigmoid layer and a softmax layer; all parameters in one vector."""
    Dx, H, Dy = dimensions
    ofs = 0
    W1 = params[ofs : ofs + Dx * H].reshape(Dx, H)
    ofs += Dx * H
    b1 = params[ofs : ofs + H].reshape(1, H)
    ofs += H
    W2 = params[ofs : ofs + H * Dy].reshape(H, Dy)
    ofs += H * Dy
    b2 = params[ofs : ofs + Dy].reshape(1, Dy)

    h = sigmoid(X @ W1 + b1)
    yhat = softmax(h @ W2 + b2)
    cost = -np.sum(labels * np.log(yhat))

    d3 = yhat - labels
    gradW2 = h.T @ d3
    gradb2 = np.sum(d3, axis=0, keepdims=True)
    d2 = d3 @ W2.T * sigmoid_grad(h)
    gradW1 = X.T @ d2
    gradb1 = np.sum(d2, axis=0, keepdims=True)

    grad = np.concatenate([each.flatten() for each in (gradW1, gradb1, gradW2, gradb2)])
    return cost, grad


if __name__ == "__main__":
    dimensions = [10, 5, 10]
    data = np.random.randn(20, 10)
    labels = np.eye(10)[np.random.randint(0, 10, 20)]
    params = np.random.randn(11 * 5 + 6 * 10)
    print(forward_backward_prop(data, labels, params, dimensions)[0])
