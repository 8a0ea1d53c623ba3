"""Playing from pixels: a policy with one hidden layer, and its gradient over the steps of an episode."""

import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def policy_forward(x, model):
    h = np.dot(model["W1"], x)
    h[h < 0] = 0
    logp = np.dot(model["W2"], h)
    return sigmoid(logp), h  # the probability of moving up, and the hidden state


def objective(epx, actions, advantages, model):
    """The log of the probability of each action, weighted by how well it went."""
    total = 0.0
    for x, y, advantage in zip(epx, actions, advantages):
        p, _ = policy_forward(x, model)
        total += advantage * np.log(p if y == 1 else 1 - p)
    return total


def policy_backward(eph, epdlogp, epx, model):
    dW2 = np.dot(eph.T, epdlogp).ravel()
    dh = np.outer(epdlogp, model["W2"])
    dh[eph <= 0] = 0
    dW1 = np.dot(dh.T, epx)
    return {"W1": dW1, "W2": dW2}


def episode_gradient(epx, actions, advantages, model):
    eph, epdlogp = [], []
    for x, y in zip(epx, actions):
        aprob, h = policy_forward(x, model)
        eph.append(h)
        epdlogp.append(y - aprob)  # encourages the action that was taken
    return policy_backward(np.vstack(eph), np.array(epdlogp) * advantages, epx, model)
