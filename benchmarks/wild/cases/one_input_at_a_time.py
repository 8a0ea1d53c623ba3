import numpy as np

# Inputs and labels
X = np.array([[0, 1], [0, 1], [1, 0], [1, 0]])
Y = np.array([[0, 0, 1, 1]]).T

np.random.seed(1)
w_0 = 2 * np.random.rand(2, 2) - 1
w_1 = 2 * np.random.rand(1, 2) - 1

lr = 0.1


# Sigmoid, or its slope where the output is given
def sigmoid(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))


def network(x, y, w_0, w_1):
    inputs = np.array(x, ndmin=2).T
    label = np.array(y, ndmin=2).T

    # Forward
    hidden = sigmoid(np.dot(w_0, inputs))
    output = sigmoid(np.dot(w_1, hidden))

    # Errors and deltas
    error = label - output
    delta = error * sigmoid(output, True)

    hidden_error = np.dot(w_1.T, error)
    delta_hidden = error * sigmoid(hidden, True)

    # Update
    w_1 += np.dot(delta, hidden.T) * lr
    w_0 += np.dot(delta_hidden, inputs.T) * lr

    return error


for i in range(200):
    for j in range(X.shape[0]):
        error = network(X[j], Y[j], w_0, w_1)
    if i % 100 == 0:
        print(error)
