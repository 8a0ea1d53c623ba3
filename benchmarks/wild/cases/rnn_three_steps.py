"""A recurrent network over three time steps, written out step by step."""

import numpy as np


def forward(x, i_weight, h_weight, o_weight):
    hiddens = np.zeros((3, h_weight.shape[0]))
    hiddens[0] = np.tanh(x[0] @ i_weight)
    hiddens[1] = np.tanh(x[1] @ i_weight + hiddens[0] @ h_weight)
    hiddens[2] = np.tanh(x[2] @ i_weight + hiddens[1] @ h_weight)
    return hiddens @ o_weight, hiddens


def loss(x, actual, i_weight, h_weight, o_weight):
    outputs, hiddens = forward(x, i_weight, h_weight, o_weight)
    loss_grad = (outputs - actual) / actual.size
    mse = 0.5 * np.mean((outputs - actual) ** 2)

    o_weight_grad = hiddens.T @ loss_grad
    i_weight_grad = np.zeros_like(i_weight)
    h_weight_grad = np.zeros_like(h_weight)

    # t = 2
    h2_grad = loss_grad[2] @ o_weight.T
    h2_grad = h2_grad * (1 - hiddens[2] ** 2)
    h_weight_grad += hiddens[1, :][:, np.newaxis] @ h2_grad[np.newaxis, :]
    i_weight_grad += x[2, :][:, np.newaxis] @ h2_grad[np.newaxis, :]

    # t = 1
    h1_grad = loss_grad[1] @ o_weight.T + h2_grad @ h_weight.T
    h1_grad = h1_grad * (1 - hiddens[1] ** 2)
    h_weight_grad += hiddens[1, :][:, np.newaxis] @ h1_grad[np.newaxis, :]
    i_weight_grad += x[1, :][:, np.newaxis] @ h1_grad[np.newaxis, :]

    # t = 0
    h0_grad = loss_grad[0] @ o_weight.T + h1_grad @ h_weight.T
    h0_grad = h0_grad * (1 - hiddens[0] ** 2)
    i_weight_grad += x[0, :][:, np.newaxis] @ h0_grad[np.newaxis, :]
    return mse, i_weight_grad, h_weight_grad, o_weight_grad


if __name__ == "__main__":
    np.random.seed(0)
    i_weight = np.random.rand(1, 5) / 5 - 0.1
    h_weight = np.random.rand(5, 5) / 5 - 0.1
    o_weight = np.random.rand(5, 1) * 50
    x = np.array([[66.0], [70.0], [62.0]])
    actual = np.array([[70.0], [62.0], [65.0]])
    print(loss(x, actual, i_weight, h_weight, o_weight)[0])
