import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def propagate(w, b, X, Y):
    """The cost of a logistic regression and its gradients; X has a column for each picture."""
    m = X.shape[1]

    A = sigmoid(np.dot(w.T, X) + b)
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))

    dw = 1 / m * X * (A - Y)
    db = 1 / m * np.sum(A - Y)

    return {"dw": dw, "db": db}, cost


def predict(w, b, X):
    return (sigmoid(np.dot(w.T, X) + b) > 0.5).astype(float)


if __name__ == "__main__":
    w, b = np.array([[1.0], [2]]), 1.5
    X = np.array([[1.0, -2.0, -1.0], [3.0, 0.5, -3.2]])
    Y = np.array([[1, 1, 0]])
    grads, cost = propagate(w, b, X, Y)
    print("dw =", grads["dw"])
    print("db =", grads["db"])
    print("cost =", cost)
