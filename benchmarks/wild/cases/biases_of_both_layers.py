import numpy as np


# Sigmoid and its derivative
def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1], [1, 1, 1]])
Y = np.array([[0], [1], [1], [0], [0]])

np.random.seed(4)
alpha = 0.02
wh = 2 * np.random.random((3, 4)) - 1
wo = 2 * np.random.random((4, 1)) - 1

# Biases of the hidden layer and of the output
biasH = 2 * np.random.random((1, 4)) - 1
biasO = 2 * np.random.random((1, 1)) - 1

for j in range(120):
    # Feedforward
    h = nonlin(np.dot(X, wh) + biasH)
    o = nonlin(np.dot(h, wo) + biasO)

    o_error = Y - o
    if (j % 60) == 0:
        print("Error:" + str(np.mean(np.abs(o_error))))

    o_delta = o_error * nonlin(o, deriv=True)
    o_biases = np.sum(o_error * nonlin(biasO, deriv=True), axis=0, keepdims=True)

    h_error = o_delta.dot(wo.T)
    h_delta = h_error * nonlin(h, deriv=True)
    h_biases = np.sum(h_error * nonlin(biasH, deriv=True), axis=0, keepdims=True)

    # Update
    wo_step = h.T.dot(o_delta)
    wh_step = X.T.dot(h_delta)
    wo += alpha * wo_step
    wh += alpha * wh_step
    biasO += alpha * o_biases
    biasH += alpha * h_biases
