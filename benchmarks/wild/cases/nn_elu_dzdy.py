import numpy as np


def nn_elu(x, dzdy=None, alpha=1.0):
    """The ELU of x; given dzdy, the derivative of the output, that of the input."""
    y = np.zeros_like(x)
    if dzdy is None:
        y[x > 0] = x[x > 0]
        y[x <= 0] = alpha * (np.exp(x[x <= 0]) - 1)
    else:
        y[x > 0] = dzdy[x > 0] * x[x > 0]
        y[x <= 0] = dzdy[x <= 0] * (alpha * (np.exp(x[x <= 0]) - 1))
    return y


if __name__ == "__main__":
    x = np.linspace(-2, 2, 5)
    print(nn_elu(x))
    print(nn_elu(x, np.ones(5)))
