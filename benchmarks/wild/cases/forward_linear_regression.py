import numpy as np


def forward_linear_regression(X_batch, y_batch, weights):
    """The loss, the sum of (y - P) squared, and what the way back needs."""
    P = X_batch @ weights["W"] + weights["B"]
    loss = np.sum((y_batch - P) ** 2)
    return loss, {"X": X_batch, "P": P, "y": y_batch}


def loss_gradients(forward_info, weights):
    """The derivatives of the loss by W and B."""
    dLdP = -(forward_info["y"] - forward_info["P"])
    dLdW = forward_info["X"].T @ dLdP
    dLdB = dLdP.sum(axis=0)
    return {"W": dLdW, "B": dLdB}


def train(X, y, steps=100, learning_rate=0.001):
    weights = {"W": np.random.randn(X.shape[1], 1), "B": np.random.randn(1, 1)}
    for _ in range(steps):
        loss, forward_info = forward_linear_regression(X, y, weights)
        gradients = loss_gradients(forward_info, weights)
        weights = {key: weights[key] - learning_rate * gradients[key] for key in weights}
    return weights
