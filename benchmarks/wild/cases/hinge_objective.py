import numpy as np


def hinge_loss(predt, label):
    """Labels 0 and 1."""
    y = 2.0 * label - 1.0
    return np.maximum(0.0, 1.0 - y * predt)


def hinge_objective(predt, label):
    y = 2.0 * label - 1.0
    inside = predt * y < 1.0
    grad = np.where(inside, -y, 0.0)
    # the second derivative is 0; a step needs something to be divided by
    hess = np.where(inside, 1.0, np.finfo(np.float32).tiny)
    return grad, hess


def leaf_weight(predt, label, reg_lambda=1.0):
    grad, hess = hinge_objective(predt, label)
    return -grad.sum() / (hess.sum() + reg_lambda)


if __name__ == "__main__":
    label = np.array([0, 1, 1, 0, 1])
    predt = np.zeros(5)
    for _ in range(5):
        predt += 0.3 * leaf_weight(predt, label)
    print(hinge_loss(predt, label))
