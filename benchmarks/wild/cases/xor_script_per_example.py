"""XOR as a script: two hidden units, gradients added up example by example."""

import numpy as np

X = np.array([[0, 1], [1, 0], [1, 1], [0, 0]])
y = np.array([[1], [1], [0], [0]])

num_i_units, num_h_units, num_o_units = 2, 2, 1
learning_rate = 0.1
max_iter = 60
m = len(X)

np.random.seed(1)
W1 = np.random.normal(0, 1, (num_h_units, num_i_units))  # 2x2
W2 = np.random.normal(0, 1, (num_o_units, num_h_units))  # 1x2
B1 = np.random.random((num_h_units, 1))  # 2x1
B2 = np.random.random((num_o_units, 1))  # 1x1


def sigmoid(z, derv=False):
    if derv:
        return z * (1 - z)
    return 1 / (1 + np.exp(-z))


cost = np.zeros(max_iter)
for i in range(max_iter):
    c = 0
    dW1, dW2, dB1, dB2 = 0, 0, 0, 0

    for j in range(m):
        # forward
        a0 = X[j].reshape(-1, 1)  # 2x1
        z1 = W1.dot(a0) + B1
        a1 = sigmoid(z1)  # 2x1
        z2 = W2.dot(a1) + B2
        a2 = sigmoid(z2)  # 1x1

        # backward
        dz2 = a2 - y[j]  # 1x1
        dW2 += dz2 * a1.T  # 1x2
        dz1 = np.multiply(W2.T * dz2, sigmoid(a1, derv=True))  # 2x1
        dW1 += dz1.dot(a0.T)  # 2x2
        dB1 += dz1
        dB2 += dz2

        c += -(y[j] * np.log(a2)) - (1 - y[j]) * np.log(1 - a2)

    W1 = W1 - learning_rate * dW1 / m
    W2 = W2 - learning_rate * dW2 / m
    B1 = B1 - learning_rate * dB1 / m
    B2 = B2 - learning_rate * dB2 / m
    cost[i] = (c / m).item()

print("cost after", max_iter, "iterations:", cost[-1])
