import numpy as np


def _reduce(loss, reduction="none"):
    if reduction == "mean":
        return np.mean(loss)
    if reduction == "sum":
        return np.sum(loss)
    return loss


def smooth_l1_loss(predictions, targets, beta=1.0, reduction="mean"):
    """
    l = 0.5 (x - y)^2     if (x - y) < beta
        |x - y| - 0.5 beta  otherwise
    """
    diff = predictions - targets
    loss = np.where(diff < beta, 0.5 * np.square(diff), np.abs(diff) - 0.5 * beta)
    return _reduce(loss, reduction)


def smooth_l1_loss_vjp(predictions, targets, beta=1.0, reduction="mean", cotangent=1.0):
    diff = predictions - targets
    grad = np.where(diff < beta, diff, np.sign(diff))
    if reduction == "mean":
        grad = grad / predictions.size
    return cotangent * grad


class Linear:
    def __init__(self, input_dims, output_dims):
        scale = np.sqrt(1 / input_dims)
        self.weight = np.random.uniform(-scale, scale, (output_dims, input_dims))
        self.bias = np.zeros(output_dims)

    def __call__(self, x):
        return x @ self.weight.T + self.bias


if __name__ == "__main__":
    model = Linear(3, 1)
    x = np.random.normal(size=(50, 3))
    y = x @ np.array([[1.0], [2.0], [-1.0]])
    for _ in range(50):
        p = model(x)
        g = smooth_l1_loss_vjp(p, y)
        model.weight -= 0.5 * g.T @ x
        model.bias -= 0.5 * g.sum(axis=0)
    print(smooth_l1_loss(p, y))
