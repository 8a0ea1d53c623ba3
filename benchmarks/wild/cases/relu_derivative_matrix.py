import numpy as np


def relu(x):
    return np.maximum(x, 0)


def relu_derivative(x):
    x[x <= 0] = 0
    x[x > 0] = 1
    return x


if __name__ == "__main__":
    print(relu_derivative(np.array([[1.0, -10.0], [0.5, -2.0]])))
