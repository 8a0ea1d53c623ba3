"""A net with one layer of logistic hidden units and a softmax on top; cases are columns."""

import numpy as np


def log_sum_exp_over_rows(a):
    maxs = np.max(a, axis=0)
    return np.log(np.sum(np.exp(a - maxs), axis=0)) + maxs


def logistic(x):
    return 1 / (1 + np.exp(-x))


def forward_pass(model, inputs):
    hid_input = np.dot(model["input_to_hid"], inputs)
    hid_output = logistic(hid_input)
    class_input = np.dot(model["hid_to_class"], hid_output)
    log_class_prob = class_input - log_sum_exp_over_rows(class_input)
    return hid_output, log_class_prob, np.exp(log_class_prob)


def loss(model, inputs, targets, wd_coefficient):
    _, log_class_prob, _ = forward_pass(model, inputs)
    classification_loss = -np.mean(np.sum(log_class_prob * targets, axis=0))
    theta = np.concatenate([model["input_to_hid"].ravel(), model["hid_to_class"].ravel()])
    return classification_loss + np.sum(theta**2) / 2 * wd_coefficient


def d_loss_by_d_model(model, inputs, targets, wd_coefficient):
    hid_output, _, class_prob = forward_pass(model, inputs)
    error_deriv = class_prob - targets
    hid_to_class = np.dot(error_deriv, hid_output.T)
    back = np.dot(model["hid_to_class"].T, error_deriv) * hid_output * (1 - hid_output)
    input_to_hid = np.dot(back, inputs.T)
    n = inputs.shape[1]
    return {
        "input_to_hid": input_to_hid / n + model["input_to_hid"] * wd_coefficient,
        "hid_to_class": hid_to_class / n + model["hid_to_class"] * wd_coefficient,
    }
