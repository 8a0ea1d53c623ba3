import numpy as np


def cross_correlation(za, zb):
    return za.T @ zb / za.shape[0]


def barlow_twins_loss(za, zb, lambd=0.0051):
    """The loss of two views of a batch, (samples, dimensions), and its gradients with respect to both."""
    n, d = za.shape
    eye = np.eye(d)
    weight = np.where(eye == 1, 1.0, lambd)

    C = cross_correlation(za, zb)
    loss = np.sum(weight * (C - eye) ** 2)

    # the invariance term on the diagonal, the redundancy reduction term beside it
    dC = weight * (C - eye)
    grad_a = zb @ dC.T / n
    grad_b = za @ dC / n
    return loss, grad_a, grad_b


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    za, zb = rng.normal(size=(2, 32, 8))
    for _ in range(100):
        loss, grad_a, grad_b = barlow_twins_loss(za, zb)
        za, zb = za - grad_a, zb - grad_b
    print(loss)
